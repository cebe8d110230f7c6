"use client";

import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";

import { TileStrip } from "./tile-strip";

/*
 * The skeletons of the overview's panels. They are client components without props, so that a document refers to them by name: those of
 * server components would be in each document as data, also when all panels are there before anything is sent.
 */

export function OverviewSkeleton() {
  return (
    <div aria-busy className="grid gap-4 xl:grid-cols-3">
      <div className="space-y-4 xl:col-span-3">
        <PeopleSkeleton />
        <TilesSkeleton />
      </div>
      <div className="xl:col-span-2">
        <CallsOverTimeSkeleton />
      </div>
      <OutcomesSkeleton />
      <AttemptsSkeleton />
      <div className="xl:col-span-2">
        <HoursSkeleton />
      </div>
      <div className="space-y-4 xl:col-span-3">
        <ScenariosSkeleton />
        <CriteriaSkeleton />
      </div>
    </div>
  );
}

export function PeopleSkeleton() {
  return <TileStripSkeleton of="people" count={4} />;
}

export function TilesSkeleton() {
  return <TileStripSkeleton of="dials" count={6} />;
}

function TileStripSkeleton({ of, count }: { of: "people" | "dials"; count: number }) {
  return (
    <TileStrip of={of}>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className="bg-surface px-4 py-3.5">
          <Skeleton className="h-25 w-24 max-w-full" />
        </div>
      ))}
    </TileStrip>
  );
}

export function CallsOverTimeSkeleton() {
  return (
    <Card title={<Skeleton className="h-5 w-32" />} className="h-full">
      <div className="flex h-68 items-end gap-2 pt-6">
        {["h-1/2", "h-2/3", "h-3/5", "h-4/5", "h-full", "h-3/4", "h-2/5"].map((height) => (
          <Skeleton key={height} className={`flex-1 ${height}`} />
        ))}
      </div>
      <Skeleton className="mt-4 w-2/3" />
    </Card>
  );
}

export function OutcomesSkeleton() {
  return (
    <Card title={<Skeleton className="h-5 w-32" />} className="h-full">
      <div className="space-y-4 pt-1">
        {["w-full", "w-3/5", "w-2/5", "w-1/3", "w-1/4", "w-1/5"].map((width) => (
          <div key={width} className="space-y-1.5">
            <Skeleton className="w-32" />
            <Skeleton className={`h-1.5 rounded-full ${width}`} />
          </div>
        ))}
      </div>
    </Card>
  );
}

export function AttemptsSkeleton() {
  return (
    <Card title={<Skeleton className="h-5 w-36" />}>
      <div className="space-y-4 pt-1">
        {["a", "b", "c"].map((key) => (
          <Skeleton key={key} className="h-6 w-full" />
        ))}
      </div>
    </Card>
  );
}

export function HoursSkeleton() {
  return (
    <Card title={<Skeleton className="h-5 w-40" />}>
      <Skeleton className="h-58 w-full" />
    </Card>
  );
}

export function ScenariosSkeleton() {
  return (
    <Card title={<Skeleton className="h-5 w-28" />}>
      <div className="space-y-4 pt-1">
        {["a", "b", "c", "d", "e"].map((key) => (
          <Skeleton key={key} className="h-6 w-full" />
        ))}
      </div>
    </Card>
  );
}

export function CriteriaSkeleton() {
  return (
    <Card title={<Skeleton className="h-5 w-36" />}>
      <div className="space-y-4 pt-1">
        {["a", "b", "c", "d", "e"].map((key) => (
          <div key={key} className="space-y-2">
            <Skeleton className="w-3/4" />
            <Skeleton className="h-1.5 w-full" />
          </div>
        ))}
      </div>
    </Card>
  );
}
