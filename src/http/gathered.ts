import type { Bytes } from "../kernel/bytes.ts";

/** Bytes that the first buffer has; it doubles as more come. */
const firstRoom = 1024;

/**
 * Bytes that come in parts, copied into one buffer as they come: a part of one byte kept by itself would take two hundred.
 * The buffer is used again, so what is taken holds until more is added.
 */
export class Gathered {
  #room: Bytes = new Uint8Array(0);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(part: Uint8Array): void {
    const size = this.#size + part.length;
    if (size > this.#room.length) {
      const room = new Uint8Array(Math.max(size, 2 * this.#room.length, firstRoom));
      room.set(this.#room.subarray(0, this.#size));
      this.#room = room;
    }
    this.#room.set(part, this.#size);
    this.#size = size;
  }

  /** All that has been added since the last time. */
  take(): Bytes {
    const taken = this.#room.subarray(0, this.#size);
    this.#size = 0;
    return taken;
  }
}
