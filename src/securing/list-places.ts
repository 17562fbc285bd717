import type { Millis } from "../kernel/time.ts";

/** A list that may take more, as it is found: how many of its places are taken and, where known, which. */
export type FoundList = { id: string; size: number; taken: number; takenBits?: Uint8Array | undefined };

/** Where the lists of one issuer and purpose are kept. */
export type ListShelf = {
  latest(): Promise<FoundList | undefined>;
  /** Opens an empty list behind the latest. */
  open(now: Millis): Promise<{ id: string; size: number }>;
};

/** The list that is being filled, and how many more places may be taken before it is looked at again. */
type Filling = { id: string; size: number; left: number; takenBits: Uint8Array | undefined };

/** Gives places in status lists, each list half full at most. */
export type Places = {
  shelf: ListShelf;
  /** A place at random; which credential stands where tells nothing about the others. */
  pick: (size: number) => number;
  filling: Promise<Filling> | undefined;
};

export function openPlaces(shelf: ListShelf, pick: Places["pick"] = randomIndex): Places {
  return { shelf, pick, filling: undefined };
}

/**
 * A place that is free as far as is known here. Another process may be given the same one: whoever writes first has it,
 * and the other asks again.
 */
export async function takePlace(places: Places, now: Millis): Promise<{ list: string; index: number }> {
  const filling = await fillingList(places, now);
  const { id, size, takenBits } = filling;
  filling.left--;
  let index = places.pick(size);
  if (!takenBits) return { list: id, index };
  for (let tries = 1; isTaken(takenBits, index) && tries < maxPlaceAttempts; tries++) index = places.pick(size);
  takenBits[index >> 3]! |= 0x80 >> (index & 7);
  return { list: id, index };
}

/** A list is at most half full, so two tries find a free place on average, and this many all but surely. */
export const maxPlaceAttempts = 40;

/** Places given before a list is looked at again: other processes fill it too. */
const countEvery = 1024;

/** The list that takes the next credential. Of those who find it full at once, the first looks for another. */
async function fillingList(places: Places, now: Millis): Promise<Filling> {
  const current = places.filling;
  const list = await current;
  if (list && list.left > 0) return list;
  if (places.filling === current) {
    const next = findRoom(places, now);
    places.filling = next;
    next.catch(() => {
      if (places.filling === next) places.filling = undefined;
    });
  }
  return (await places.filling) ?? findRoom(places, now);
}

async function findRoom({ shelf }: Places, now: Millis): Promise<Filling> {
  const latest = await shelf.latest();
  const left = latest ? Math.min(countEvery, latest.size / 2 - latest.taken) : 0;
  if (latest && left > 0) return { id: latest.id, size: latest.size, left, takenBits: latest.takenBits };
  const { id, size } = await shelf.open(now);
  return { id, size, left: countEvery, takenBits: new Uint8Array(Math.ceil(size / 8)) };
}

function isTaken(bits: Uint8Array, index: number): boolean {
  return (bits[index >> 3]! & (0x80 >> (index & 7))) !== 0;
}

/** Without bias, because the size of a list is a power of two. */
function randomIndex(size: number): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! % size;
}
