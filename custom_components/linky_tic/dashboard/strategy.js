/**
 * The dashboard strategy: builds a dashboard from the entities that the meters have.
 *
 * All cards are Home Assistant's own. Entities are found by the end of their unique id, so they may be
 * renamed. Disabled and hidden entities are left out; cards of entities without a value are hidden
 * until they have one. A dashboard may stay open for weeks without being built again, so texts in it
 * must remain true: compared days are shown by their dates.
 */

// Shown in the list of dashboards, where the translations of the integration are not loaded yet.
const DESCRIPTION = {
  en: "Your electricity meter: power, cost, tariffs, energy, hours.",
  fr: "Votre compteur : puissance, coût, tarifs, énergie, horaires.",
};
// [pattern of an index's key, translation key or name, colour of its bars]
const BARS = [
  [/blue_off_peak|BBRHCJB/, "#90caf9"],
  [/blue_peak|BBRHPJB/, "#1e88e5"],
  [/white_off_peak|BBRHCJW/, "#cfd8dc"],
  [/white_peak|BBRHPJW/, "#90a4ae"],
  [/red_off_peak|BBRHCJR/, "#ef9a9a"],
  [/red_peak|BBRHPJR/, "#e53935"],
  [/ejp_peak|EJPHPM/, "#e53935"],
  [/off.peak|HCHC|creuse|normal|EJPHN/i, "#80cbc4"],
  [/peak|HCHP|pleine|pointe/i, "#00796b"],
];
const TEMPO = { blue: "blue", white: "grey", red: "red" };
const INDEXES = [
  ...Array.from({ length: 10 }, (_, n) => `EASF${String(n + 1).padStart(2, "0")}`),
  ...["BASE", "HCHC", "HCHP", "EJPHN", "EJPHPM"],
  ...["BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"],
];
const PHASES = [1, 2, 3];
const UNKNOWN = ["unknown", "unavailable"];
const HALF = { columns: 6, rows: 1 };
const WHOLE = { columns: 12, rows: 1 };

const languageOf = (hass) => hass.locale?.language ?? hass.language ?? "en";

/** The translations of the integration, in the language of the user. */
const textsOf = async (hass) => {
  const localize = await hass.loadBackendTranslation("selector", "linky_tic");
  return (key, facts) => localize(`component.linky_tic.selector.dashboard.options.${key}`, facts);
};
const keyOf = (entity) => entity.unique_id.slice(entity.unique_id.indexOf("_") + 1);
const present = (cards) => cards.flat(Infinity).filter(Boolean);

/** The same time some days ago; a day may have 23 or 25 hours. */
const daysAgo = (days) => {
  const date = new Date();
  date.setDate(date.getDate() - days);
  return date;
};
const startOfDay = (days) => new Date(daysAgo(days).setHours(0, 0, 0, 0));

/** A time of the schedule as text; one that is a minute off full five minutes is rounded to them. */
const hourOf = (instant) => {
  const [hours, minutes] = instant.slice(11, 16).split(":").map(Number);
  const nearest = Math.round(minutes / 5) * 5;
  const shown = hours * 60 + (Math.abs(nearest - minutes) > 1 ? minutes : nearest);
  const text = (number) => String(number).padStart(2, "0");
  return `${text(Math.floor(shown / 60) % 24)}:${text(shown % 60)}`;
};

/** One meter: finds its entities by key, and names and colours for them. */
class Meter {
  constructor(hass, text, device, entities) {
    this.hass = hass;
    this.device = device.id;
    this.entry = device.primary_config_entry ?? device.config_entries[0];
    this.name = device.name_by_user ?? device.name;
    this.text = text;
    this._ids = new Map(entities.map((one) => [`${one.entity_id.split(".")[0]}/${keyOf(one)}`, one.entity_id]));
    this._words = new Map(entities.map((one) => [one.entity_id, `${keyOf(one)} ${one.translation_key ?? ""}`]));
  }

  /** Load what is not in states: today's off-peak hours, and since when there are statistics. */
  async prepare() {
    const [hours, first] = await Promise.allSettled([this._askHours(), this._askFirstHour()]);
    this.offPeak = hours.value;
    this.firstHour = first.value;
    return this;
  }

  sensor(...keys) {
    return this._first("sensor", keys);
  }

  flag(...keys) {
    return this._first("binary_sensor", keys);
  }

  /** Whether an entity exists and has a value, or may have one once a lost meter is heard again. */
  knows(id) {
    const isLost = this.hass.states[this.flag("link")]?.state === "off";
    return Boolean(id) && (isLost || !UNKNOWN.includes(this.hass.states[id]?.state ?? "unknown"));
  }

  /** The name of an index without that of the meter and without "Energy". */
  tariffName(id) {
    const name = this.hass.states[id]?.attributes.friendly_name ?? id;
    const own = name.startsWith(`${this.name} `) ? name.slice(this.name.length + 1) : name;
    const tariff = own.replace(/^(Énergie|Energy|Index \d+),? (· )?/, "");
    return tariff.charAt(0).toUpperCase() + tariff.slice(1);
  }

  /** The colour of an index's bars; undefined if the front end should choose one. */
  colour(id) {
    const words = `${this._words.get(id)} ${this.tariffName(id)}`;
    return BARS.find(([pattern]) => pattern.test(words))?.[1];
  }

  /** The sensor of the apparent power drawn from the grid, in VA. */
  get power() {
    return this.sensor("SINSTS", "SINST1", "PAPP");
  }

  /** The sensors of all indexes of the supplier that have a value. */
  get indexes() {
    return INDEXES.map((key) => this.sensor(key)).filter((id) => this.knows(id));
  }

  /** The sensor of the total energy drawn from the grid. */
  get total() {
    const east = this.sensor("EAST");
    if (this.knows(east)) return east;
    return this.indexes.length === 1 ? this.indexes[0] : this.sensor("energy_today");
  }

  /** Whether the meter counts a production that is all sold (total sale). */
  get isTotalSale() {
    return /NON ?CONSO|PRODUC/i.test(this.hass.states[this.sensor("current_tariff")]?.state) && this.knows(this.sensor("EAIT"));
  }

  // Prefers an entity with a value: after a change of mode, those of the former mode have none.
  _first(platform, keys) {
    const ids = keys.map((key) => this._ids.get(`${platform}/${key}`)).filter(Boolean);
    return ids.find((id) => !UNKNOWN.includes(this.hass.states[id]?.state)) ?? ids[0];
  }

  /** Today's off-peak hours as texts; undefined if the schedule is not known, empty if only partly. */
  async _askHours() {
    const { response } = await this.hass.callWS({
      type: "call_service",
      domain: "linky_tic",
      service: "get_schedule",
      service_data: { config_entry_id: this.entry },
      return_response: true,
    });
    if (!response.today.known) return undefined;
    if (response.today.slots.some((one) => !one.tariff)) return []; // Tempo, before the colour is announced
    const slots = response.today.slots
      .filter((one) => /off_peak/.test(one.tariff ?? ""))
      .map(({ start, end }) => [hourOf(start), hourOf(end)]);
    // The slots at the beginning and the end of the day are parts of the same night: join them.
    const [first, last] = [slots[0], slots.at(-1)];
    if (slots.length > 1 && first[0] === last[1]) {
      slots.shift();
      last[1] = first[1];
    }
    return slots.map(([start, end]) => `${start}–${end}`);
  }

  /** The start of the first hourly statistics since eight days ago or the day before this month. */
  async _askFirstHour() {
    const since = Math.min(new Date().setDate(0), startOfDay(8));
    const rows = await this.hass.callWS({
      type: "recorder/statistics_during_period",
      start_time: new Date(new Date(since).setHours(0, 0, 0, 0)).toISOString(),
      period: "hour",
      statistic_ids: [this.total],
      types: ["sum"],
    });
    return rows[this.total]?.[0]?.start;
  }
}

const section = (text, icon, cards, more = {}) => {
  const shown = present(cards);
  const heading = { type: "heading", heading: text, heading_style: "title", icon };
  return shown.length ? { type: "grid", cards: [heading, ...shown], ...more } : undefined;
};
const is = (id, state) => [{ condition: "state", entity: id, state }];
const isNot = (id, ...states) => [{ condition: "state", entity: id, state_not: [...states, ...UNKNOWN] }];
const markdown = (content, more = {}) => ({ type: "markdown", content, text_only: true, grid_options: { columns: 12, rows: "auto" }, ...more });

/** A tile for an entity, with a short name if there is one; hidden while the entity has no value. */
const tile = (meter, id, short, options = {}) =>
  id && { type: "tile", entity: id, name: (short && meter.text(`short_${short}`)) || { type: "entity" }, grid_options: HALF, visibility: isNot(id), ...options };
const valueTile = (meter, key, options) => tile(meter, meter.sensor(key), key, options);

/** One tile for each Tempo colour, of which one is visible: a tile's colour cannot depend on a text. */
const colourTiles = (meter, key) => {
  const id = meter.sensor(key);
  return id && [
    ...Object.entries(TEMPO).map(([state, color]) => valueTile(meter, key, { color, visibility: is(id, state) })),
    valueTile(meter, key, { visibility: isNot(id, ...Object.keys(TEMPO)) }),
  ];
};

const change = (id, name, period, columns) => ({
  type: "statistic",
  entity: id,
  name,
  stat_type: "change",
  period,
  grid_options: { columns, rows: 2 },
});

/** Today's energy: from statistics, or from the sensor as long as there are none (the first hour). */
const today = (meter, id, sensor) =>
  meter.firstHour === undefined
    ? valueTile(meter, sensor, { grid_options: WHOLE })
    : change(id, meter.text("today"), { calendar: { period: "day", offset: 0 } }, 12);

/** A bar chart of the energy by day and tariff, once there are statistics. */
const bars = (meter, ids) => meter.firstHour !== undefined && ids.length > 0 && {
  type: "statistics-graph",
  title: meter.text("by_day"),
  chart_type: "bar-stack",
  period: "day",
  days_to_show: 14,
  stat_types: ["change"],
  entities: ids.map((id) => ({ entity: id, name: meter.tariffName(id), color: meter.colour(id) })),
  hide_legend: ids.length === 1,
  grid_options: { columns: "full", rows: 5 },
};

const history = (title, named, hours = 24) => named.length > 0 && {
  type: "history-graph",
  title,
  hours_to_show: hours,
  entities: named.map(([entity, name]) => ({ entity, name })),
  grid_options: { columns: "full", rows: 4 },
};

/** The power of the last 24 hours, or since the first statistics. */
const curve = (meter) => {
  const hours = meter.firstHour === undefined ? 1 : Math.ceil((Date.now() - meter.firstHour) / 3_600_000);
  const named = [[!meter.isTotalSale && meter.power, meter.text("drawn")], [meter.sensor("SINSTI"), meter.text("export")]];
  return history(meter.text("power"), named.filter(([id]) => id), Math.min(hours, 24));
};

/** A message at the top while the meter is not heard: since when, and what to check. */
const lost = (meter) => {
  const id = meter.flag("link");
  const since = `{{ as_local(states['${id}'].last_changed).strftime('%d/%m %H:%M') }}`;
  return id && markdown(meter.text("lost", { since }), { text_only: false, visibility: is(id, "off") });
};

const gauge = (meter) => {
  const load = meter.sensor("load");
  return load && {
    type: "gauge",
    entity: load,
    name: meter.text("short_load"),
    min: 0,
    max: 100,
    needle: true,
    severity: { green: 0, yellow: 70, red: 90 },
    visibility: isNot(load),
    grid_options: { columns: 6, rows: 3 },
  };
};

/** Today's off-peak hours, if the contract has some and the meter sends them. */
const hours = (meter) => {
  const change = meter.hass.states[meter.sensor("next_tariff_change")]?.state;
  if (!change || change === "unavailable") return undefined;
  if (!meter.offPeak) return markdown(meter.text("hours_later"));
  return meter.offPeak.length > 0 && markdown(`**${meter.text("hours")}** ${meter.offPeak.join(` ${meter.text("and")} `)}`);
};

/** The power that a production meter exports. */
const produced = (meter) => [
  valueTile(meter, "SINSTI", { color: "purple", grid_options: WHOLE }),
  curve(meter),
];

const drawn = (meter) => {
  const overload = meter.flag("over_subscribed_power");
  const notice = meter.sensor("peak_notice");
  const isTempo = meter.sensor("tempo_today");
  const share = gauge(meter);
  const tiles = present([
    valueTile(meter, "active_power", { color: "amber" }),
    valueTile(meter, "cost_today", { color: "green" }) || tile(meter, meter.power, "apparent_power"),
    valueTile(meter, "price"),
    // Under Tempo, the colour has a tile of its own.
    (isTempo && tile(meter, meter.flag("off_peak"), "off_peak", { color: "teal" })) || valueTile(meter, "current_tariff", { color: "teal" }),
    valueTile(meter, "next_tariff_change", { color: "teal" }),
  ]);
  // The gauge is as high as three tiles; a last tile that would be alone in its row takes all of it.
  if ((tiles.length - (share ? 3 : 0)) % 2 === 1) tiles.at(-1).grid_options = WHOLE;
  return [
    share,
    tiles,
    colourTiles(meter, "tempo_today"),
    colourTiles(meter, "tempo_tomorrow"),
    tile(meter, overload, undefined, { color: "red", grid_options: WHOLE, visibility: is(overload, "on") }),
    valueTile(meter, "peak_notice", { color: "orange", grid_options: WHOLE, visibility: isNot(notice, "none") }),
    hours(meter),
    !meter.sensor("cost_today") && markdown(meter.text("prices")),
    curve(meter),
  ];
};

const now = (meter) =>
  section(meter.text("now"), "mdi:flash", [lost(meter), meter.isTotalSale ? produced(meter) : drawn(meter)]);

/** The energy until this time yesterday and a week ago, if there are statistics of the whole day. */
const comparisons = (meter) => {
  const days = [1, 7].filter((number) => meter.firstHour < startOfDay(number).getTime());
  return days.map((number) => {
    const [start, end] = [startOfDay(number), daysAgo(number)];
    const day = end.toLocaleDateString(languageOf(meter.hass), { weekday: "short", day: "numeric" });
    const hour = end.toLocaleTimeString(languageOf(meter.hass), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const period = { fixed_period: { start: start.toISOString(), end: end.toISOString() } };
    return change(meter.total, `${day}, ${hour}`, period, 12 / days.length);
  });
};

const energy = (meter) => {
  const { indexes, total } = meter;
  if (!total || meter.isTotalSale) return undefined;
  const compared = comparisons(meter);
  return section(meter.text("energy"), "mdi:lightning-bolt", [
    today(meter, total, "energy_today"),
    compared,
    !compared.length && markdown(meter.text("first_day")),
    bars(meter, indexes.length ? indexes : [total]),
  ]);
};

/** The projected cost of the month; if counting began within the month, the day on which it did. */
const projection = (meter) => {
  const id = meter.sensor("cost_month");
  const counted = Date.parse(meter.hass.states[meter.sensor("energy_today")]?.attributes.last_reset);
  const first = meter.firstHour ?? (counted > startOfDay(0) ? counted : undefined);
  if (first === undefined) return undefined;
  const decimals = languageOf(meter.hass).startsWith("fr") ? " | replace('.', ',')" : "";
  const amount =
    "{% set end = (now().replace(day=28) + timedelta(days=4)).replace(day=1, hour=0, minute=0, second=0, microsecond=0) %}" +
    `{{ '%.2f' | format(states('${id}') | float(0) * ((end - begin) / (now() - begin)))${decimals} }} ` +
    `{{ state_attr('${id}', 'unit_of_measurement') | replace('EUR', '€') }}`;
  return markdown(
    `{% set begin = as_datetime(state_attr('${id}', 'last_reset')) %}` +
    `{% set first = as_datetime(${first / 1000}) %}` +
    `{% if first > begin %}${meter.text("counted", { since: "{{ as_local(first).strftime('%d/%m') }}" })}` +
    `{% elif now() - begin > timedelta(days=1) %}${meter.text("projection", { amount })}{% endif %}`,
    { visibility: isNot(id) },
  );
};

const cost = (meter) => {
  const id = meter.sensor("cost_month");
  return id && section(meter.text("cost"), "mdi:cash", [
    valueTile(meter, "cost_yesterday"),
    valueTile(meter, "cost_month", { color: "green" }),
    projection(meter),
  ], { visibility: isNot(id) });
};

/** The days left in the season; those that are 0 only in winter, when there are red days or peaks. */
const season = (meter) => {
  const isWinter = [10, 11, 0, 1, 2].includes(new Date().getMonth());
  const left = { tempo_red_days_left: "red", tempo_white_days_left: "grey", tempo_blue_days_left: "blue", ejp_peaks_left: "red" };
  const shown = Object.entries(left).filter(([key]) => {
    const id = meter.sensor(key);
    return meter.knows(id) && (isWinter || meter.hass.states[id]?.state !== "0");
  });
  return section(meter.text("season"), "mdi:calendar-star", shown.map(([key, color]) => valueTile(meter, key, { color, grid_options: WHOLE })));
};

const exported = (meter) => {
  const index = meter.sensor("EAIT");
  const flag = meter.flag("exporting");
  if (meter.knows(index)) {
    return section(meter.text(meter.isTotalSale ? "production" : "export"), "mdi:transmission-tower-import", [
      !meter.isTotalSale && valueTile(meter, "SINSTI", { color: "purple", grid_options: WHOLE }),
      valueTile(meter, "revenue_today", { color: "green" }),
      valueTile(meter, "revenue_month", { color: "green" }),
      today(meter, index, "EAIT"),
      bars(meter, [index]),
    ]);
  }
  // Without an export contract, the meter only sends that energy is exported, not how much.
  return flag && section(meter.text("export"), "mdi:transmission-tower-import", [
    tile(meter, flag, undefined, { color: "purple", grid_options: WHOLE }),
  ], { visibility: is(flag, "on") });
};

const phase = (meter, number) => {
  const tiles = present([
    tile(meter, meter.sensor(`SINSTS${number}`), "active_power"),
    tile(meter, meter.sensor(`IRMS${number}`, `IINST${number}`), "current"),
    tile(meter, meter.sensor(`URMS${number}`), "voltage"),
    tile(meter, meter.sensor(`power_margin_phase_${number}`), "power_margin"),
  ]);
  const heading = { type: "heading", heading: `${meter.text("phase")} ${number}`, heading_style: "subtitle" };
  return tiles.length > 0 && [heading, ...tiles];
};

const phases = (meter) => {
  const voltages = PHASES.map((number) => [meter.sensor(`URMS${number}`), `${meter.text("phase")} ${number}`]).filter(([id]) => id);
  const isThreePhase = meter.sensor("URMS2", "IINST2", "SINSTS2");
  return section(meter.text("phases"), "mdi:sine-wave", [
    isThreePhase
      ? PHASES.map((number) => phase(meter, number))
      : [tile(meter, meter.sensor("URMS1"), "voltage"), tile(meter, meter.sensor("IRMS1", "IINST"), "current")],
    valueTile(meter, "power_factor", { grid_options: WHOLE }),
    valueTile(meter, "power_margin"),
    history(meter.text("voltages"), voltages),
  ]);
};

const peaks = (meter) =>
  section(meter.text("peaks"), "mdi:chart-bell-curve", [
    tile(meter, meter.sensor("peak_today", "SMAXSN", "SMAXN"), "peak_today"),
    valueTile(meter, "peak_month"),
  ]);

const line = (meter) =>
  section(meter.text("line"), "mdi:lan-connect", [
    tile(meter, meter.flag("link"), undefined, { grid_options: WHOLE, visibility: undefined }),
    valueTile(meter, "line_quality", { grid_options: WHOLE }),
    tile(meter, meter.flag("dry_contact")),
    valueTile(meter, "MSG1", { grid_options: WHOLE }),
    markdown(meter.text("more", { device: meter.device })),
  ]);

const viewOf = (title, path, parts, meter) => ({
  title,
  path,
  type: "sections",
  max_columns: 3,
  dense_section_placement: true,
  sections: present(parts.map((make) => make(meter))),
});

const viewsOf = (meter, number) => [
  viewOf(meter.name, `meter-${number}`, [now, energy, cost, season, exported], meter),
  viewOf(`${meter.name} · ${meter.text("technical")}`, `meter-${number}-technical`, [phases, peaks, line], meter),
];

const metersOf = async (hass, text) => {
  const [entities, devices] = await Promise.all([
    hass.callWS({ type: "config/entity_registry/list" }),
    hass.callWS({ type: "config/device_registry/list" }),
  ]);
  const shown = entities.filter((one) => one.platform === "linky_tic" && !one.disabled_by && !one.hidden_by);
  const meters = devices
    .map((device) => [device, shown.filter((one) => one.device_id === device.id)])
    .filter(([, found]) => found.length)
    .map(([device, found]) => new Meter(hass, text, device, found))
    .sort((one, other) => one.name.localeCompare(other.name));
  return Promise.all(meters.map((meter) => meter.prepare()));
};

const TITLE = "Linky";

class LinkyDashboardStrategy extends HTMLElement {
  static noEditor = true;

  static getCreateSuggestions() {
    return { title: TITLE, icon: "mdi:meter-electric" };
  }

  static async generate(_config, hass) {
    const text = await textsOf(hass);
    const meters = await metersOf(hass, text);
    const nothing = { title: TITLE, cards: [{ type: "markdown", content: text("none") }] };
    return { title: TITLE, views: meters.length ? meters.flatMap((meter, n) => viewsOf(meter, n + 1)) : [nothing] };
  }
}

const TAG = "ll-strategy-dashboard-linky-tic";
if (!customElements.get(TAG)) {
  customElements.define(TAG, LinkyDashboardStrategy);
  window.customStrategies = window.customStrategies || [];
  window.customStrategies.push({
    type: "linky-tic",
    strategyType: "dashboard",
    name: TITLE,
    get description() {
      const language = document.querySelector("home-assistant")?.hass?.language ?? document.documentElement.lang;
      return DESCRIPTION[language] ?? DESCRIPTION.en;
    },
    documentationURL: "https://github.com/linky-tic/linky_tic#dashboard",
  });

  // The last step of adding a meter links to the list of dashboards with ?linky_tic. No path of Home
  // Assistant opens the dialog that adds a dashboard, so its button is clicked.
  const inside = (root, tag) => {
    for (const one of root.querySelectorAll("*")) {
      const found = one.localName === tag ? one : one.shadowRoot && inside(one.shadowRoot, tag);
      if (found) return found;
    }
    return undefined;
  };
  const openDialog = async () => {
    if (!location.pathname.endsWith("/config/lovelace/dashboards")) return;
    if (!new URLSearchParams(location.search).has("linky_tic")) return;
    for (let look = 0; look < 50; look += 1) {
      const button = inside(document, "ha-config-lovelace-dashboards")?.shadowRoot?.querySelector("[slot=fab]");
      if (button) {
        window.history.replaceState(null, "", location.pathname);
        button.click();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  window.addEventListener("location-changed", openDialog);
  openDialog();
}
