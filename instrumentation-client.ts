// zod tries whether it may compile, which the Content-Security-Policy forbids: the browser would report it on each page. This runs before zod does.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
