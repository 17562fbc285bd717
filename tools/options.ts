import { parseArgs } from "node:util";

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>["options"]>;

/** What stands behind the name of a command. What it does not know ends the process with 2, and with how it is used. */
export function readOptions<const T extends Options>(
  options: T,
  usage: string,
): ReturnType<typeof parseArgs<{ options: T }>>["values"] {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    refuseOptions(error instanceof Error ? error.message : String(error), usage);
  }
}

/** Ends the process with 2: tells what is wrong with what the command was told, and how it is used. */
export function refuseOptions(mistake: string, usage: string): never {
  process.stderr.write(`${mistake}\n\n${usage}`);
  process.exit(2);
}
