import { describe, expect, test } from "vitest";
import { checkMail, type Mail, mailHandler, mailJob, mailKind } from "../../../src/followers/mail.ts";
import { parseSender, parseSmtpUrl } from "../../../src/followers/mail-server.ts";

const mail = { to: "ada@example.org", subject: "A badge for you", text: "Hello" };
const codeOf = (work: () => unknown) => {
  try {
    return work() && "taken";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe("a message", () => {
  test("goes to the one who delivers with an id that follows from its job", async () => {
    const sent: Mail[] = [];
    const handler = mailHandler(async (each) => void sent.push(each), "https://badges.example.org:8443");
    const job = mailJob({ ...mail, html: "<p>Hello" }, { dueAt: 5, key: "k" });
    expect(job).toMatchObject({ kind: mailKind, dueAt: 5, key: "k" });
    for (const attempt of [1, 2]) await handler(job.payload, { id: "job", attempt });
    const delivered = { ...mail, html: "<p>Hello", messageId: "job@badges.example.org" };
    expect(sent).toEqual([delivered, delivered]);
  });

  test.each([
    ["two addresses", { to: "ada@example.org, bob@example.org" }, "INVALID_EMAIL"],
    ["an address with a header behind it", { to: "ada@example.org\r\nBcc: bob@example.org" }, "INVALID_EMAIL"],
    ["an address that is not normal", { to: "ada@Example.org" }, "INVALID_EMAIL"],
    ["a name with the address", { to: "Ada <ada@example.org>" }, "INVALID_EMAIL"],
    ["a header behind the subject", { subject: "A badge\r\nBcc: bob@example.org" }, "INVALID_MAIL"],
    ["a bare line feed in the subject", { subject: "A badge\nBcc: bob@example.org" }, "INVALID_MAIL"],
    ["a line separator in the subject", { subject: "A\u2028badge" }, "INVALID_MAIL"],
    ["invisible signs in the subject", { subject: "A\u202ebadge" }, "INVALID_MAIL"],
    ["no subject", { subject: "" }, "INVALID_MAIL"],
    ["a subject that is too long", { subject: "x".repeat(201) }, "INVALID_MAIL"],
    ["a text that is too long", { text: "x".repeat(100_001) }, "INVALID_MAIL"],
    ["an HTML that is too long", { html: "x".repeat(100_001) }, "INVALID_MAIL"],
  ])("is refused with %s", (_name, more, code) => {
    expect(codeOf(() => checkMail({ ...mail, ...more }))).toBe(code);
    expect(codeOf(() => mailJob({ ...mail, ...more }, { dueAt: 0 }))).toBe(code);
  });

  test("is held to its form again when it is sent", async () => {
    const sent: Mail[] = [];
    const handler = mailHandler(async (each) => void sent.push(each), "http://localhost");
    for (const payload of [{}, { ...mail, to: "a@b" }, { ...mail, html: 7 }, { ...mail, subject: "a\nb" }])
      await expect(handler(payload as never, { id: "x", attempt: 1 })).rejects.toMatchObject({
        code: expect.stringMatching(/^INVALID_(MAIL|EMAIL)$/),
      });
    expect(sent).toEqual([]);
  });
});

describe("a mail server", () => {
  test.each([
    ["smtp://mail.example.org", { host: "mail.example.org", port: 587, secure: false, login: undefined }],
    ["smtps://mail.example.org", { host: "mail.example.org", port: 465, secure: true, login: undefined }],
    ["smtp://localhost:2525/", { host: "localhost", port: 2525, secure: false, login: undefined }],
    ["smtp://[::1]:25", { host: "::1", port: 25, secure: false, login: undefined }],
    [
      "smtps://ada%40example.org:p%3Aw%2F@mail.example.org:466",
      { host: "mail.example.org", port: 466, secure: true, login: { user: "ada@example.org", password: "p:w/" } },
    ],
  ])("is named by %s", (text, server) => expect(parseSmtpUrl(text)).toEqual(server));

  test.each([
    "",
    "mail.example.org",
    "http://mail.example.org",
    "smtp://",
    "smtp://user@mail.example.org",
    "smtp://:secret@mail.example.org",
    "smtp://mail.example.org/path",
    "smtp://mail.example.org?x=secret",
    "smtp://mail.example.org:99999",
    "smtp://a:%zz-secret@mail.example.org",
  ])("is not named by %j, and the mistake does not tell it back", (text) => {
    expect(() => parseSmtpUrl(text)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("secret") }),
    );
  });

  test("sends in the name of an address, with a name before it or without", () => {
    expect(parseSender("badges@Example.org")).toEqual({ name: "", address: "badges@example.org" });
    const named = { name: "Example Academy", address: "badges@example.org" };
    expect(parseSender("Example Academy <badges@example.org>")).toEqual(named);
    for (const text of ["", "badges", "A <b>", "A\n <a@example.org>", '"A" <a@example.org>', "A <a@example.org> B"])
      expect(() => parseSender(text)).toThrow("e-mail address");
  });
});
