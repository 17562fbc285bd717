import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import { smtpDelivery } from "../../src/delivery/smtp.ts";
import { mailHandler, mailJob } from "../../src/followers/mail.ts";
import { openOutbox, waitAfter } from "../../src/followers/outbox.ts";
import { makeServiceKeys } from "../../src/identity/service-keys.ts";
import { outboxStore } from "../../src/storage/outbox-store.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { start, testClock } from "../harness.ts";
import { certificate, certificateKey } from "../unit/identity/certificate.ts";

/** smtp-server, a real mail server, on a free port of this machine. */
type Received = { from: string; to: string[]; secure: boolean; user: unknown; text: string };
const closing: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function startServer(options: SMTPServerOptions = {}) {
  const received: Received[] = [];
  const server = new SMTPServer({
    key: certificateKey,
    cert: certificate,
    authOptional: true,
    disableReverseLookup: true,
    onData: (stream, session, done) => {
      const { mailFrom, rcptTo } = session.envelope;
      const from = mailFrom === false ? "" : mailFrom.address;
      void text(stream).then((message) => {
        const to = rcptTo.map(({ address }) => address);
        received.push({ from, to, secure: session.secure, user: session.user, text: message });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => {});
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, received };
}

const from = { name: "Example Academy", address: "badges@example.org" };
const mail = { to: "ada@example.net", subject: "A badge for you", text: "Hello Ada\n.\nBye", messageId: "j@host" };

function deliveryTo(port: number, terms: Partial<Parameters<typeof smtpDelivery>[0]> = {}) {
  const delivery = smtpDelivery({ host: "127.0.0.1", port, secure: false, login: undefined, from, ...terms });
  closing.push(delivery.close);
  return delivery.deliver;
}

describe("mail", () => {
  test("is handed over by STARTTLS, to one, in the name that was configured", async () => {
    const { port, received } = await startServer();
    await deliveryTo(port)(mail);
    expect(received).toMatchObject([{ from: "badges@example.org", to: ["ada@example.net"], secure: true }]);
    const [head = "", body = ""] = received[0]!.text.split(/\r\n\r\n/);
    expect(head).toMatch(/^From: Example Academy <badges@example.org>\r$/m);
    expect(head).toMatch(/^To: ada@example.net\r$/m);
    expect(head).toMatch(/^Subject: A badge for you\r$/m);
    expect(head).toMatch(/^Message-ID: <j@host>\r$/m);
    expect(head).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(body).toContain("Hello Ada\r\n.\r\nBye");
  });

  test("goes as text and HTML, in all letters, and signed in where that is asked for", async () => {
    const onAuth: SMTPServerOptions["onAuth"] = ({ username, password }, _session, done) =>
      password === "p:w" ? done(null, { user: username }) : done(new Error("wrong"));
    const { port, received } = await startServer({ authOptional: false, onAuth });
    const login = { user: "ada", password: "p:w" };
    await deliveryTo(port, { login })({ ...mail, subject: "Ein Abzeichen für dich 🎓", html: "<p>Hällo" });
    expect(received).toMatchObject([{ user: "ada" }]);
    expect(received[0]!.text).toContain("multipart/alternative");
    expect(received[0]!.text).toMatch(/^Subject: =\?UTF-8\?/m);
    const refused = deliveryTo(port, { login: { user: "ada", password: "x" } })(mail);
    await expect(refused).rejects.toMatchObject({ code: "EAUTH" });
    await expect(refused).rejects.not.toMatchObject({ name: "Undeliverable" });
  });

  test("goes over TLS from the first byte where the URL says so", async () => {
    const { port, received } = await startServer({ secure: true });
    await deliveryTo(port, { secure: true })(mail);
    expect(received).toMatchObject([{ secure: true }]);
  });

  test("goes without TLS to a server on this machine that has none, and to no other", async () => {
    const { port, received } = await startServer({ disabledCommands: ["STARTTLS"] });
    await deliveryTo(port)(mail);
    expect(received).toMatchObject([{ secure: false }]);
    // A name of this machine that is not known for one stands for any machine elsewhere.
    await expect(deliveryTo(port, { host: "127.1" })(mail)).rejects.toMatchObject({ code: "ETLS" });
    expect(received).toHaveLength(1);
  });

  test("goes to no server elsewhere whose certificate nobody vouches for", async () => {
    const { port, received } = await startServer();
    await expect(deliveryTo(port, { host: "127.1" })(mail)).rejects.toMatchObject({ code: "ESOCKET" });
    expect(received).toEqual([]);
  });

  test.each([
    { to: "ada@example.net, bob@example.net" },
    { to: "ada@example.net\r\nRCPT TO:<bob@example.net>" },
    { to: "Ada <ada@example.net>" },
    { subject: "Hello\r\nBcc: bob@example.net" },
  ])("is not sent with %j", async (more) => {
    const { port, received } = await startServer();
    await expect(deliveryTo(port)({ ...mail, ...more })).rejects.toMatchObject({
      code: expect.stringMatching(/^INVALID_(EMAIL|MAIL)$/),
    });
    expect(received).toEqual([]);
  });

  test("is tried again while the server is busy, and given up when it says no, with one id throughout", async () => {
    const says: Record<string, number> = { "ada@example.net": 451, "gone@example.net": 550 };
    const { port, received } = await startServer({
      onRcptTo: ({ address }, _session, done) => {
        const responseCode = says[address];
        if (responseCode === undefined) return done();
        done(Object.assign(new Error(`No ${address}`), { responseCode }));
      },
    });
    const storage = openSqlite({ file: ":memory:", realm: "test" });
    closing.push(() => storage.close());
    const clock = testClock();
    const keys = await makeServiceKeys(start);
    const outbox = openOutbox({ store: outboxStore(storage.db), keys, clock: clock.now });
    const handlers = { mail: mailHandler(deliveryTo(port), "https://badges.example.org") };
    const drain = () => outbox.drain(handlers, { jobs: 10, time: 60_000 });
    await outbox.add(mailJob(mail, { dueAt: start }), mailJob({ ...mail, to: "gone@example.net" }, { dueAt: start }));
    const report = await drain();
    expect(report).toMatchObject({ done: 0, postponed: 1, failed: [{ attempts: 1 }] });
    expect(report.failed[0]!.error).toBe("The mail server refused it with 550.");
    delete says["ada@example.net"];
    clock.advance(waitAfter(1));
    expect(await drain()).toEqual({ done: 1, postponed: 0, failed: [] });
    expect(received).toHaveLength(1);
    expect(received[0]!.text).toMatch(/^Message-ID: <[\w-]{22}@badges.example.org>\r$/m);
    expect(JSON.stringify(await outbox.failed(9))).not.toContain("example.net");
  });

  test("fails for now where no server listens", async () => {
    const error = await deliveryTo(1)(mail).catch((each) => each);
    expect(error).toMatchObject({ code: "ESOCKET" });
    expect(error.name).not.toBe("Undeliverable");
  });
});
