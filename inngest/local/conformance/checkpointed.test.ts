import { useTestDatabase } from "#db/testing/database.ts";
import { playCases } from "./play-cases.ts";

useTestDatabase();
playCases("checkpointed");
