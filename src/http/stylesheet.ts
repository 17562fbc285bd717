/** The one stylesheet of the pages of this room: system fonts, five sizes, one accent, a grid of four pixels. */
export const stylesheet = `:root {
  color-scheme: light dark;
  --paper: light-dark(oklch(0.985 0.004 130), oklch(0.19 0.008 150));
  --card: light-dark(oklch(1 0 0), oklch(0.225 0.009 150));
  --ink: light-dark(oklch(0.24 0.015 150), oklch(0.93 0.008 130));
  --quiet: light-dark(oklch(0.43 0.015 150), oklch(0.76 0.012 140));
  --line: light-dark(oklch(0.89 0.01 140), oklch(0.34 0.012 150));
  --laurel: light-dark(oklch(0.42 0.09 150), oklch(0.8 0.11 150));
  --small: 0.875rem;
  --text: 1rem;
  --large: 1.25rem;
  --title: 1.625rem;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Liberation Mono", Menlo, monospace;
  --round: 8px;
}
* { box-sizing: border-box; }
html { scroll-padding-top: 16px; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: var(--text)/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
main { margin: 0 auto; padding: 32px 16px 64px; max-width: 44rem; }
.wide main { max-width: 60rem; }
h1 { font-size: var(--title); font-weight: 650; line-height: 1.2; margin: 0 0 12px; }
h2 { font-size: var(--large); font-weight: 650; margin: 48px 0 4px; padding-top: 16px; border-top: 1px solid var(--line); }
h3 { font-size: var(--text); font-weight: 650; margin: 0 0 4px; }
p { margin: 0 0 12px; max-width: 68ch; }
a { color: var(--laurel); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--laurel); outline-offset: 2px; border-radius: 2px; }
code, pre { font-family: var(--mono); font-size: var(--small); overflow-wrap: anywhere; }
pre { margin: 8px 0 0; padding: 12px; border: 1px solid var(--line); border-radius: var(--round); overflow-x: auto; }
pre code { overflow-wrap: normal; }
article {
  margin: 16px 0;
  padding: 16px;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: var(--round);
}
article :last-child { margin-bottom: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 24px 0 0; padding: 0; list-style: none; }
table { width: 100%; margin: 4px 0 12px; border-collapse: collapse; font-size: var(--small); }
caption { text-align: left; color: var(--quiet); }
th, td { padding: 6px 12px 6px 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
th { font-weight: 400; width: 30%; }
td:nth-child(2) { width: 30%; }
details { margin: 4px 0 12px; }
summary { cursor: pointer; color: var(--quiet); font-size: var(--small); }
ul.codes { margin: 8px 0 0; padding: 0; list-style: none; font-size: var(--small); }
ul.codes li { padding: 4px 0; border-top: 1px solid var(--line); }
.route { margin-bottom: 8px; }
.route b { color: var(--laurel); font-size: var(--small); letter-spacing: 0.04em; }
.quiet, .place { color: var(--quiet); font-size: var(--small); }
.place { margin-bottom: 4px; letter-spacing: 0.04em; text-transform: uppercase; }
@media print { body { background: none; } article { break-inside: avoid; } details { display: none; } }
`;
