// The dashboard of houses that have any entities in any state: each card is complete. Arguments: the
// script, the texts. It prints what is wrong, and nothing else.
import fs from "node:fs";

const [script, texts] = process.argv.slice(2).map((path) => fs.readFileSync(path, "utf8"));
const { options } = JSON.parse(texts).selector.dashboard;
let strategy;
globalThis.HTMLElement = class {};
globalThis.customElements = { get: () => undefined, define: (_tag, made) => (strategy = made) };
globalThis.window = { addEventListener: () => {} };
globalThis.document = { querySelector: () => null, documentElement: { lang: "fr" } };
globalThis.location = { pathname: "/" };
new Function(script)();

let seed = 1;
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
const pick = (...some) => some[Math.floor(random() * some.length)];
const fail = () => {
  throw new Error("refused");
};
const KEYS = {
  sensor: [
    ...["EAST", "EASF01", "EASF02", "HCHC", "BBRHCJB", "SINSTS", "SINSTI", "EAIT", "PAPP", "load", "active_power"],
    ...["current_tariff", "next_tariff_change", "tempo_today", "tempo_tomorrow", "tempo_red_days_left", "price"],
    ...["cost_today", "cost_month", "cost_yesterday", "revenue_month", "energy_today", "peak_month", "peak_notice"],
    ...["URMS1", "URMS2", "IRMS1", "line_quality", "MSG1"],
  ],
  binary_sensor: ["link", "over_subscribed_power", "off_peak", "exporting", "dry_contact"],
};
const STATES = ["unknown", "unavailable", "12.5", "0", "on", "off", "off_peak", "INDEX NON CONSO", "blue"];
const slot = (start, end, tariff) => ({ start: `2026-11-29T${start}:00+01:00`, end: `2026-11-29T${end}:00+01:00`, tariff });
const night = [slot("00:00", "06:30", "off_peak"), slot("06:30", "22:30", "peak"), slot("22:30", "00:00", "off_peak")];

const house = () => {
  const share = random();
  const all = Object.entries(KEYS).flatMap(([platform, keys]) => keys.map((key) => [platform, key]));
  const found = all.filter(() => random() < share).map(([platform, key]) => ({
    platform: "linky_tic", device_id: "device", unique_id: `041961000000_${key}`, entity_id: `${platform}.${key}`.toLowerCase(),
  }));
  const counted = random() < 0.5 ? [] : [{ start: Date.now() - pick(1, 30, 300, 900) * 3_600_000 }];
  const answers = {
    "config/entity_registry/list": () => found,
    "config/device_registry/list": () => [{ id: "device", name: "Linky", config_entries: ["entry"] }],
    call_service: () => random() < 0.2 ? fail() : { response: { today: { known: random() < 0.8, slots: pick([], night, [slot("00:00", "06:00", null)]) } } },
    "recorder/statistics_during_period": ({ statistic_ids: [id] }) => (id && random() < 0.8 ? { [id]: counted } : fail()),
  };
  return {
    language: "fr",
    states: Object.fromEntries(found.filter(() => random() < 0.95).map(({ entity_id }) => [entity_id, { state: pick(...STATES), attributes: {} }])),
    loadBackendTranslation: async () => (key, facts = {}) =>
      Object.entries(facts).reduce((text, [fact, value]) => text.replace(`{${fact}}`, value), options[key.split(".").pop()] ?? ""),
    callWS: async (message) => answers[message.type](message),
  };
};

const check = (part) => {
  if (typeof part === "string" && /undefined|NaN|\{(since|amount|device)\}/.test(part)) console.log(part);
  if (part === null || typeof part !== "object") return;
  if (["tile", "gauge", "statistic"].includes(part.type) && !part.entity) console.log(JSON.stringify(part));
  if (part.condition && !part.entity) console.log(JSON.stringify(part));
  if ("heading" in part && !part.heading) console.log(JSON.stringify(part));
  Object.values(part).forEach(check);
};

for (let round = 0; round < 1000; round += 1) {
  const made = house();
  const shown = await strategy.generate({}, made);
  check(shown);
  // In Historique there are none to come, though the meter had some before.
  const tellsHours = ![undefined, "unavailable"].includes(made.states["sensor.next_tariff_change"]?.state);
  if (!tellsHours && JSON.stringify(shown).includes(options.hours_later)) console.log("hours that do not come");
}
