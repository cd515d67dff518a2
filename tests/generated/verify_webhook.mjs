// Has the library of Standard Webhooks verify what is said on standard input.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const said = JSON.parse(readFileSync(0, "utf8"));
console.log(new Webhook(said.secret).verify(said.body, said.headers).type);
