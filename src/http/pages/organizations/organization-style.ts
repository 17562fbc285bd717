import { html } from "hono/html";
import { assetPath } from "../assets.ts";
import type { Markup } from "../layout.ts";

/** Stylesheet of everything about organisations, beside those of all pages and of badges. */
export const organizationStyle: Markup = html`<link rel="stylesheet" href="${assetPath("organizations.css")}">`;
