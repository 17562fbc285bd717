import { httpContract } from "./contract.ts";
import { startLocal } from "./server.ts";

httpContract(() => startLocal());
