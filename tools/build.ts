// Makes the publishable package, the library alone, in dist/: `npm run build`.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readOptions } from "./options.ts";

const usage = `npm run build -- [--out dist]

Compiles what src/index.ts reaches and writes the package to publish beside it: npm publish dist
A package of before in that folder is replaced; a folder that holds anything else is refused.
`;

/** Node's type stripping is not asked of consumers; what is compiled needs `require` of ES modules at most. */
const consumersNode = ">=22.12";

/** What a package of the library takes from Node without saying so: where there is no Node, npm has it under that name. */
const unsaid: Record<string, Record<string, string>> = { "@spruceid/siwe-parser": { buffer: "^6.0.3" } };

const root = fileURLToPath(new URL("..", import.meta.url));
const options = { help: { type: "boolean", short: "h" }, out: { type: "string", default: "dist" } } as const;
const values = readOptions(options, usage);
if (values.help) {
  process.stdout.write(usage);
  process.exit();
}
const out = resolve(root, values.out);
if (!isReplaceable(out)) {
  process.stderr.write(
    `${out} holds something else than a package of before: name an empty folder, or a new one.\n\n${usage}`,
  );
  process.exit(2);
}
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
// Should the rest break off, the next build knows the folder for its own.
writeFileSync(join(out, "package.json"), '{ "name": "renown" }');
compile(out);
nameCompiledFiles(out);
writeFileSync(join(out, "package.json"), `${JSON.stringify(describePackage(out), null, 2)}\n`);
for (const paper of ["README.md", "LICENSE"])
  if (existsSync(join(root, paper))) cpSync(join(root, paper), join(out, paper));
process.stdout.write(`The package is in ${out}\n`);

/** Whether nothing is lost with a folder: it is not there, empty, or a package that was built before. */
function isReplaceable(folder: string): boolean {
  const holdsCheckout = !relative(folder, root).startsWith("..");
  if (holdsCheckout) return false;
  if (!existsSync(folder)) return true;
  if (!statSync(folder).isDirectory()) return false;
  if (readdirSync(folder).length === 0) return true;
  try {
    // The package has no scripts, and the checkout of the same name has.
    const { name, scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const more = [".git", "node_modules"].some((each) => existsSync(join(folder, each)));
    return name === "renown" && scripts === undefined && !more;
  } catch {
    return false;
  }
}

/** Files that the entry does not reach are left out, because `files` names the entry alone. */
function compile(folder: string): void {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", folder];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** tsc leaves `.ts` in the imports of declarations, which not every reader of declarations follows. */
function nameCompiledFiles(folder: string): void {
  for (const path of pathsIn(folder, ".d.ts")) {
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/((?:from|import\() ?"\.[^"]*)\.ts"/g, '$1.js"'));
  }
}

function describePackage(folder: string): object {
  const packages = importedPackages(folder);
  const { name, version, description, license, dependencies } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  return {
    name,
    version,
    description,
    license,
    type: "module",
    engines: { node: consumersNode },
    sideEffects: false,
    exports: { ".": { types: "./index.d.ts", default: "./index.js" }, "./package.json": "./package.json" },
    // workerd reads "browser" too: the WebAssembly it would need is no file that every bundler takes.
    imports: {
      "#primitives": {
        browser: "./kernel/primitives-web.js",
        node: "./kernel/primitives-node.js",
        default: "./kernel/primitives-web.js",
      },
    },
    dependencies: Object.assign(
      Object.fromEntries(packages.map((each) => [each, rangeOf(each, dependencies)])),
      ...packages.map((each) => unsaid[each]),
    ),
  };
}

/** What the compiled files and their declarations import, less what is theirs or Node's. */
function importedPackages(folder: string): string[] {
  const texts = [...pathsIn(folder, ".js"), ...pathsIn(folder, ".d.ts")].map((path) => readFileSync(path, "utf8"));
  const specifiers = texts.flatMap((text) => [...text.matchAll(/\b(?:from |import |import\()"([^"]+)"/g)]);
  const packages = specifiers
    .map((match) => match[1]!)
    .filter((specifier) => !/^(\.|#|node:)/.test(specifier))
    .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)![0]);
  return [...new Set(packages)].sort();
}

function rangeOf(name: string, dependencies: Record<string, string>): string {
  const version = dependencies[name];
  if (!version) throw new Error(`The library imports ${name}, which is no dependency in package.json.`);
  return `^${version}`;
}

function pathsIn(folder: string, ending: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return paths.filter((path) => path.endsWith(ending)).map((path) => join(folder, path));
}
