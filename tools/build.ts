// Makes the publishable package, the library alone, in dist/: `npm run build`.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const usage = `npm run build -- [--out dist]

Compiles what src/index.ts reaches and writes the package to publish beside it: npm publish dist
`;

/** Node's type stripping is not asked of consumers; what is compiled needs `require` of ES modules at most. */
const consumersNode = ">=22.12";

/** What a package of the library takes from Node without saying so: where there is no Node, npm has it under that name. */
const unsaid: Record<string, Record<string, string>> = { "@spruceid/siwe-parser": { buffer: "^6.0.3" } };

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({ options: { help: { type: "boolean" }, out: { type: "string", default: "dist" } } });
if (values.help) {
  process.stdout.write(usage);
  process.exit();
}
const out = resolve(root, values.out);
rmSync(out, { recursive: true, force: true });
compile(out);
nameCompiledFiles(out);
writeFileSync(join(out, "package.json"), `${JSON.stringify(describePackage(out), null, 2)}\n`);
for (const paper of ["README.md", "LICENSE"])
  if (existsSync(join(root, paper))) cpSync(join(root, paper), join(out, paper));
process.stdout.write(`The package is in ${out}\n`);

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
