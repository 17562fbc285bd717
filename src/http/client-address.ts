/**
 * The address that requests are counted by. With `hops` proxies of our own in front, X-Forwarded-For is read from its
 * end: each of them added whom it saw, and what stands before was written by whoever likes to. An IPv6 address counts
 * by its first 64 bits, which one customer has altogether.
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, hops: number): string {
  const forwarded = hops > 0 ? (forwardedFor ?? "").split(",").at(-hops)?.trim() : undefined;
  const address = forwarded && addressPattern.test(forwarded) ? forwarded : peer;
  return networkOf(address);
}

const addressPattern = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]{2,39}(?:\.\d{1,3}){0,3})$/;

function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address);
  if (mapped) return mapped[1]!;
  const [head = "", tail] = address.toLowerCase().split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array<string>(gap).fill("0"), ...back];
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(":")}::/64`;
}
