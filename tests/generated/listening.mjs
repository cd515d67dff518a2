// Two people in a conversation, by pusher-js as it is: who is there, what is said, who types, a cut, a stranger.

import Pusher from "pusher-js";
import { once as heardOf } from "node:events";

const { DESK, THREAD, ANA, ZOE, MAX } = process.env;
const say = (...words) => console.log(words.join(" "));

function once(from, event) {
  return new Promise((resolve) => {
    const heard = (data) => (from.unbind(event, heard), resolve(data));
    from.bind(event, heard);
  });
}

async function asked(token, path, body) {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const method = body ? "POST" : "GET";
  const answer = await fetch(`${DESK}${path}`, { method, headers, body: body && JSON.stringify(body) });
  return answer.status === 204 ? null : answer.json();
}

async function listening(token) {
  const { key, host, port, tls, cluster, auth_endpoint } = await asked(token, "/realtime/config");
  const headers = { Authorization: `Bearer ${token}` };
  return new Pusher(key, {
    cluster,
    wsHost: host,
    wsPort: port,
    forceTLS: tls,
    enabledTransports: ["ws"],
    channelAuthorization: { endpoint: `${DESK}/api/chat/realtime/auth`, headers },
    userAuthentication: { endpoint: `${DESK}${auth_endpoint}`, headers },
  });
}

const [presence, all] = [`presence-thread-${THREAD}`, `private-thread-${THREAD}`];

const ana = await listening(ANA);
const desk = ana.subscribe(presence);
await once(desk, "pusher:subscription_succeeded");
say("there", desk.members.count, desk.members.me.info.is_staff);

const coming = once(desk, "pusher:member_added");
const [phone, browser] = [await listening(ZOE), await listening(ZOE)];
const devices = [phone.subscribe(presence), browser.subscribe(presence)];
await Promise.all(devices.map((each) => once(each, "pusher:subscription_succeeded")));
say("came", (await coming).info.is_staff, "there", desk.members.count, devices[1].members.count);

const typing = once(devices[0], "client-typing");
desk.trigger("client-typing", { typing: true });
say("types", JSON.stringify(await typing));

const writing = once(devices[1], "typing");
await asked(ANA, `/v1/threads/${THREAD}/typing`, { is_typing: true });
say("writes", (await writing).is_typing);

const hearing = devices.map((each) => once(each, "message.posted"));
await asked(ANA, `/v1/threads/${THREAD}/messages`, { text: "Bonjour Zoé" });
for (const each of await Promise.all(hearing)) say("said", each.data.text);

phone.signin();
await phone.user.signinDonePromise;
say("signed in", phone.user.user_data !== null);

let gone = 0;
desk.bind("pusher:member_removed", () => gone++);
phone.disconnect();
await asked(ANA, `/v1/threads/${THREAD}/messages`, { text: "One device left" });
const left = once(desk, "pusher:member_removed");
say("a device gone", gone);
browser.disconnect();
await left;
say("both gone", gone, "there", desk.members.count);

const again = once(desk, "pusher:subscription_succeeded");
say("cut");
await heardOf(process.stdin, "data");
await again;
const heard = once(desk, "message.posted");
await asked(ANA, `/v1/threads/${THREAD}/messages`, { text: "Still here?" });
say("again", (await heard).data.text);

const max = await listening(MAX);
say("refused", (await once(max.subscribe(all), "pusher:subscription_error")).status);
const { hostname, port } = new URL(DESK);
const options = { cluster: "x", wsHost: hostname, wsPort: port, forceTLS: false, enabledTransports: ["ws"] };
const strange = new Pusher("no-such-key", options);
say("strange", (await once(strange.connection, "error")).error.data.code);
process.exit(0);
