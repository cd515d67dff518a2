// A booking, from the login to its history, with types made from the document by openapi-typescript.

import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./made/desk.js";

const { DESK = "", EMAIL = "", PASSWORD = "" } = process.env;
const desk = createClient<paths>({ baseUrl: DESK });

function given<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

const session = given(await desk.POST("/v1/auth/login", { body: { email: EMAIL, password: PASSWORD } }));
const bearer: Middleware = {
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${session.access_token}`);
    return request;
  },
};
desk.use(bearer);

const services = given(await desk.GET("/v1/services", { params: { query: { name: "Coupe" } } }));
const service = services.data[0];
const people = given(await desk.GET("/v1/professionals", { params: { query: { name: "Ana Lopez" } } }));
const professional = people.data[0];
if (!service || !professional) throw new Error("nobody offers a cut");

const free = given(
  await desk.GET("/v1/availability", {
    params: { query: { service_id: service.id, professional_id: professional.id } },
  }),
);
const slot = free.data.at(-1);
if (!slot) throw new Error("no slot is free");
console.log("free", free.data.length > 1);

const visit = {
  professional_id: professional.id,
  service_id: service.id,
  starts_at: slot.starts_at,
};
const hold = given(await desk.POST("/v1/holds", { body: { ...visit, ttl: 60 } }));
console.log("held", hold.starts_at === slot.starts_at);

const guest = { name: "Zoé", email: "zoe@mail.example" };
const asked: components["schemas"]["NewBooking"] = { ...visit, hold_id: hold.id, guest };
const booking = given(
  await desk.POST("/v1/bookings", {
    body: asked,
    params: { header: { "Idempotency-Key": `flow-${hold.id}` } },
  }),
);
console.log("booked", booking.status);

// Each refusal is a type of its own, told apart by its code.
const { error, response } = await desk.POST("/v1/bookings", { body: { ...visit, guest } });
if (!error || error.code !== "slot-taken") throw new Error(JSON.stringify(error));
const next: string[] = error.next_free_slots.map((each) => each.starts_at);
console.log("taken", response.status, next.length > 0 && next.every((each) => each > slot.starts_at));

const called = given(
  await desk.POST("/v1/bookings/{booking_id}/cancel", {
    params: { path: { booking_id: booking.id } },
    body: { reason: "The flow is over" },
  }),
);
console.log("cancelled", called.status, called.reason);

const history = given(
  await desk.GET("/v1/bookings/{booking_id}/history", { params: { path: { booking_id: booking.id } } }),
);
const moves = history.data.map((each) => each.type).filter((type) => !type.includes("-mail-"));
console.log("history", moves.join(" "));
