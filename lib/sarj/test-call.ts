/**
 * A `complete` webhook as the vendor would send it, for the "send a test call" button. The content says that it is a test.
 * The phone number cannot exist: ITU-T E.164 assigns 999 to no country.
 */
export function testCallBody(callId: string, now: Date): string {
  const at = (secondsAgo: number) => new Date(now.getTime() - secondsAgo * 1000).toISOString();
  const say = (role: "assistant" | "user", content: string, startAt: number) => ({
    type: "message",
    role,
    content,
    start_at: startAt,
  });
  return JSON.stringify({
    call_id: callId,
    payload: {
      type: "complete",
      call_started: at(45),
      response_body: null,
      call_data: {
        call_id: callId,
        direction: "outbound",
        phone_number: "+99900000000",
        status: "completed",
        total_duration: 42,
        interaction_type: "voice",
        enhanced_transcript: {
          transcript: {
            messages: [
              say("assistant", "Hello, this is a test call from Callboard. It was not made by the vendor.", 0.4),
              say("user", "مرحبًا، هذه مكالمة تجريبية.", 6.2),
              say("assistant", "Everything works. Goodbye.", 9.8),
            ],
          },
          errors: [],
        },
        report: {
          generated_at: at(0),
          outcome: {
            status: "success",
            reason: "A test call sent from the settings.",
            success_criteria: [{ text: "The test call arrived", achieved: true, is_primary: true }],
          },
        },
        recording_url: null,
        created_at: at(60),
        started_at: at(45),
        ended_at: at(3),
      },
    },
  });
}
