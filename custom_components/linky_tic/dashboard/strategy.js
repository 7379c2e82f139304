/**
 * The dashboard of a Linky, made for the meter that is there: what it does not have takes no room.
 *
 * All cards are Home Assistant's own. Entities are found by what they are (the end of their unique
 * id), whatever they have been renamed to; those that are disabled or hidden are left out.
 */

const TEXTS = {
  en: {
    name: "Linky",
    description: "Your electricity meter: power, tariffs, energy, schedule, phases, export.",
    now: "Now",
    drawn: "Drawn now",
    last_hours: "Last hours",
    tariff: "Tariff",
    energy: "Energy",
    today: "Today",
    yesterday: "Yesterday",
    total: "Total",
    week: "Day by day",
    schedule: "Hours",
    export: "Export",
    phases: "Phases",
    phase: "Phase",
    voltage: "Voltage",
    voltages: "Voltages",
    peaks: "Highest power",
    line: "Line",
    // Names for tiles of half a phone's width.
    short: {
      active_power: "Active power",
      power_margin: "Margin",
      power_factor: "Power factor",
      over_subscribed_power: "Overload",
      current_tariff: "Tariff",
      next_tariff_change: "Next change",
      tempo_today: "Tempo today",
      tempo_tomorrow: "Tempo tomorrow",
      peak_notice: "Peak notice",
      peak_in_progress: "Peak",
      price: "Price",
      cost_today: "Cost today",
      cost_month: "Cost this month",
      dry_contact: "Dry contact",
      exporting: "Exporting",
      SINSTI: "Export now",
      peak_today: "Today",
      peak_month: "This month",
      peak_yesterday: "Yesterday",
      link: "Meter",
      line_quality: "Quality",
      power: "Power",
      current: "Current",
      voltage: "Voltage",
    },
    none: "No Linky is set up yet: add the Linky Direct integration, then reload this page.",
  },
  fr: {
    name: "Linky",
    description: "Votre compteur : puissance, tarifs, énergie, horaires, phases, injection.",
    now: "En ce moment",
    drawn: "Puissance soutirée",
    last_hours: "Dernières heures",
    tariff: "Tarif",
    energy: "Énergie",
    today: "Aujourd’hui",
    yesterday: "Hier",
    total: "Total",
    week: "Jour par jour",
    schedule: "Horaires",
    export: "Injection",
    phases: "Phases",
    phase: "Phase",
    voltage: "Tension",
    voltages: "Tensions",
    peaks: "Puissance maximale",
    line: "Liaison",
    short: {
      active_power: "Puissance active",
      power_margin: "Marge",
      power_factor: "Facteur de puiss.",
      over_subscribed_power: "Dépassement",
      current_tariff: "Tarif",
      next_tariff_change: "Changement",
      tempo_today: "Tempo du jour",
      tempo_tomorrow: "Tempo demain",
      peak_notice: "Préavis de pointe",
      peak_in_progress: "Pointe",
      price: "Prix",
      cost_today: "Coût du jour",
      cost_month: "Coût du mois",
      dry_contact: "Contact sec",
      exporting: "Injection",
      SINSTI: "Injection",
      peak_today: "Aujourd’hui",
      peak_month: "Ce mois-ci",
      peak_yesterday: "Hier",
      link: "Compteur",
      line_quality: "Qualité",
      power: "Puissance",
      current: "Intensité",
      voltage: "Tension",
    },
    none: "Aucun Linky n’est encore configuré : ajoutez l’intégration Linky Direct, puis rechargez cette page.",
  },
};
const COLOURS = { blue: "blue", white: "grey", red: "red" };
// Of the six indexes of Tempo: off-peak and peak hours of blue, white and red days.
const TEMPO = ["#90caf9", "#1e88e5", "#cfd8dc", "#90a4ae", "#ef9a9a", "#e53935"];
const HISTORIC_INDEXES = [
  "BASE", "HCHC", "HCHP", "EJPHN", "EJPHPM",
  "BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR",
];
const STANDARD_INDEXES = Array.from({ length: 10 }, (_, n) => `EASF${String(n + 1).padStart(2, "0")}`);
const PHASES = [1, 2, 3];
const HALF = { columns: 6, rows: 1 };
const WHOLE = { columns: 12, rows: 1 };

const textsFor = (language) => TEXTS[(language ?? "en").split("-")[0]] ?? TEXTS.en;

/** One meter: its entities by what they are, and the means to speak of them. */
class Meter {
  constructor(hass, device, entities) {
    this.hass = hass;
    this.name = device.name_by_user ?? device.name;
    this.texts = textsFor(hass.locale?.language ?? hass.language);
    this._ids = new Map(entities.map((one) => [`${one.entity_id.split(".")[0]}/${keyOf(one)}`, one.entity_id]));
  }

  /** The first entity that there is of these sensors. */
  sensor(...keys) {
    return this._first("sensor", keys);
  }

  flag(...keys) {
    return this._first("binary_sensor", keys);
  }

  calendar() {
    return this._ids.get("calendar/tariff");
  }

  number(...keys) {
    const value = Number.parseFloat(this.hass.states[this.sensor(...keys)]?.state);
    return Number.isFinite(value) ? value : undefined;
  }

  unit(id) {
    return this.hass.states[id]?.attributes.unit_of_measurement;
  }

  /** What an entity is called, without the meter's name. */
  title(id) {
    const name = this.hass.states[id]?.attributes.friendly_name ?? id;
    return name.startsWith(`${this.name} `) ? name.slice(this.name.length + 1) : name;
  }

  /** What is drawn, in VA. */
  get power() {
    return this.sensor("SINSTS", "SINST1", "PAPP");
  }

  get isThreePhase() {
    return Boolean(this.sensor("URMS2", "IINST2", "SINSTS2"));
  }

  /** VA that the contract allows; undefined where the meter does not say it. */
  get subscribed() {
    const power = this.number("PREF");
    if (power) return power * (this.unit(this.sensor("PREF")) === "kVA" ? 1000 : 1);
    const current = this.number("ISOUSC");
    return current ? current * 200 * (this.isThreePhase ? 3 : 1) : undefined;
  }

  /** The tariff registers that count. */
  get indexes() {
    return [...STANDARD_INDEXES, ...HISTORIC_INDEXES].map((key) => this.sensor(key)).filter(Boolean);
  }

  /** Of the bars of the indexes; none where the front end may choose. */
  get colours() {
    return this.sensor("tempo_today") && this.indexes.length === TEMPO.length ? TEMPO : [];
  }

  _first(platform, keys) {
    return keys.map((key) => this._ids.get(`${platform}/${key}`)).find(Boolean);
  }
}

const keyOf = (entity) => entity.unique_id.slice(entity.unique_id.indexOf("_") + 1);
const present = (cards) => cards.flat(Infinity).filter(Boolean);
const heading = (text, icon) => ({ type: "heading", heading: text, heading_style: "title", icon });
const section = (text, icon, cards, more = {}) => {
  const shown = present(cards);
  return shown.length ? { type: "grid", cards: [heading(text, icon), ...shown], ...more } : undefined;
};

/** A tile for an entity, under a short name; nothing where there is no entity. */
const tile = (meter, id, short, options = {}) =>
  id && { type: "tile", entity: id, name: meter.texts.short[short], grid_options: HALF, ...options };

const valueTile = (meter, key, options) => tile(meter, meter.sensor(key), key, options);
const flagTile = (meter, key, options) => tile(meter, meter.flag(key), key, options);

const change = (id, name, offset) => ({
  type: "statistic",
  entity: id,
  name,
  stat_type: "change",
  period: { calendar: { period: "day", offset } },
});

const gauge = (meter) => {
  const power = meter.power;
  const most = meter.subscribed;
  if (!power || !most) return tile(meter, power, "power", { grid_options: WHOLE });
  return {
    type: "gauge",
    entity: power,
    name: meter.texts.drawn,
    min: 0,
    max: most,
    needle: true,
    severity: { green: 0, yellow: Math.round(most * 0.7), red: Math.round(most * 0.9) },
    grid_options: { columns: 12, rows: 4 },
  };
};

const history = (title, ids, hours, rows = "auto") =>
  ids.length && {
    type: "history-graph",
    title,
    expand_legend: true,
    hours_to_show: hours,
    entities: ids.map((id) => ({ entity: id })),
    grid_options: { columns: "full", rows },
  };

/** A tile for each colour that a day may have: a tile's own colour cannot follow a text. */
const colourTiles = (meter, key) => {
  const id = meter.sensor(key);
  const seen = (more) => [{ condition: "state", entity: id, ...more }];
  return [
    ...Object.entries(COLOURS).map(([state, color]) => valueTile(meter, key, { color, visibility: seen({ state }) })),
    valueTile(meter, key, { visibility: seen({ state_not: Object.keys(COLOURS) }) }),
  ];
};

const now = (meter) =>
  section(meter.texts.now, "mdi:flash", [
    gauge(meter),
    valueTile(meter, "active_power", { color: "amber" }),
    valueTile(meter, "power_margin", { color: "green" }),
    flagTile(meter, "over_subscribed_power", { color: "red", grid_options: WHOLE }),
    valueTile(meter, "power_factor"),
    history(meter.texts.last_hours, present([meter.power, meter.sensor("SINSTI")]), 6),
  ]);

/** The hour of the next change, once the meter has told the day's. */
const nextChange = (meter) => {
  const id = meter.sensor("next_tariff_change");
  const visibility = [{ condition: "state", entity: id, state_not: ["unknown", "unavailable"] }];
  return tile(meter, id, "next_tariff_change", { color: "teal", grid_options: WHOLE, visibility });
};

const tariff = (meter) =>
  section(meter.texts.tariff, "mdi:cash-clock", [
    tile(meter, meter.sensor("current_tariff", "LTARF", "PTEC"), "current_tariff", { color: "teal", grid_options: WHOLE }),
    nextChange(meter),
    colourTiles(meter, "tempo_today"),
    colourTiles(meter, "tempo_tomorrow"),
    valueTile(meter, "peak_notice", { color: "orange" }),
    valueTile(meter, "peak_in_progress", { color: "red" }),
    valueTile(meter, "price"),
    valueTile(meter, "cost_today"),
    valueTile(meter, "cost_month"),
    flagTile(meter, "dry_contact"),
    schedule(meter),
    peaks(meter),
  ]);

/** What an index has counted today, and yesterday beside it. */
const days = (meter, id, name, columns = 12) => ({
  type: "vertical-stack",
  cards: present([
    name && { type: "heading", heading: name, heading_style: "subtitle" },
    {
      type: "horizontal-stack",
      cards: [change(id, meter.texts.today, 0), change(id, meter.texts.yesterday, -1)],
    },
  ]),
  grid_options: { columns, rows: "auto" },
});

/** What an index counts; that it counts energy, its place says. */
const tariffName = (meter, id) => {
  const name = meter.title(id).replace(/^(Énergie|Energy),? /, "");
  return name.charAt(0).toUpperCase() + name.slice(1);
};

const bar = (meter, id) => ({ entity: id, name: meter.title(id) });

const week = (meter, entities) => ({
  type: "statistics-graph",
  title: meter.texts.week,
  chart_type: "bar-stack",
  period: "day",
  days_to_show: 7,
  stat_types: ["change"],
  entities,
  expand_legend: true,
  grid_options: { columns: "full", rows: "auto" },
});

/** Two tariffs side by side where there are many: off-peak and peak of a colour, under Tempo. */
const energy = (meter) => {
  const indexes = meter.indexes;
  const total = meter.sensor("EAST") ?? (indexes.length === 1 ? indexes[0] : undefined);
  const byTariff = indexes.length > 1 ? indexes : [];
  return section(meter.texts.energy, "mdi:lightning-bolt", [
    total && days(meter, total, byTariff.length ? meter.texts.total : undefined, "full"),
    byTariff.map((id) => days(meter, id, tariffName(meter, id))),
    week(meter, byTariff.length
      ? byTariff.map((id, n) => ({ entity: id, name: tariffName(meter, id), color: meter.colours[n] }))
      : present([total]).map((id) => bar(meter, id))),
  ], byTariff.length > 2 ? { column_span: 2 } : {});
};

/** The hours of the tariffs, where there is more than one. */
const schedule = (meter) =>
  meter.calendar() &&
  meter.indexes.length > 1 && [
    { type: "heading", heading: meter.texts.schedule, heading_style: "subtitle" },
    {
      type: "calendar",
      entities: [meter.calendar()],
      initial_view: "listWeek",
      grid_options: { columns: 12, rows: "auto" },
    },
  ];

const exported = (meter) => {
  const index = meter.sensor("EAIT");
  const flag = meter.flag("exporting");
  if (index) {
    return section(meter.texts.export, "mdi:transmission-tower-import", [
      valueTile(meter, "SINSTI", { color: "purple", grid_options: WHOLE }),
      days(meter, index),
      week(meter, [bar(meter, index)]),
    ]);
  }
  // A meter without an export contract tells only that energy goes out: shown when it does.
  const visibility = [{ condition: "state", entity: flag, state: "on" }];
  return section(meter.texts.export, "mdi:transmission-tower-import", [
    flagTile(meter, "exporting", { color: "purple", grid_options: WHOLE }),
  ], { visibility });
};

const phase = (meter, number) => [
  { type: "heading", heading: `${meter.texts.phase} ${number}`, heading_style: "subtitle" },
  tile(meter, meter.sensor(`SINSTS${number}`), "power"),
  tile(meter, meter.sensor(`IRMS${number}`, `IINST${number}`), "current"),
  tile(meter, meter.sensor(`URMS${number}`), "voltage"),
  tile(meter, meter.sensor(`power_margin_phase_${number}`), "power_margin"),
];

const phases = (meter) => {
  const voltages = present(PHASES.map((number) => meter.sensor(`URMS${number}`)));
  if (meter.isThreePhase) {
    return section(meter.texts.phases, "mdi:numeric-3-box-multiple-outline", [
      PHASES.map((number) => phase(meter, number)),
      history(meter.texts.voltages, voltages, 24),
    ]);
  }
  const current = tile(meter, meter.sensor("IRMS1", "IINST"), "current");
  // Historique tells no voltage.
  if (!voltages.length) return section(meter.texts.short.current, "mdi:sine-wave", [current]);
  return section(meter.texts.voltage, "mdi:sine-wave", [
    tile(meter, voltages[0], "voltage"),
    current,
    history(meter.texts.voltage, voltages, 24, 5),
  ], { column_span: 2 });
};

const peaks = (meter) => {
  const shown = present([
    tile(meter, meter.sensor("peak_today", "SMAXSN", "SMAXN"), "peak_today"),
    tile(meter, meter.sensor("SMAXSN-1", "SMAXN-1", "PMAX"), "peak_yesterday"),
    valueTile(meter, "peak_month"),
  ]);
  return shown.length && [heading(meter.texts.peaks, "mdi:chart-bell-curve"), ...shown];
};

const line = (meter) =>
  section(meter.texts.line, "mdi:lan-connect", [
    flagTile(meter, "link"),
    valueTile(meter, "line_quality"),
    tile(meter, meter.sensor("MSG1"), undefined, { name: { type: "entity" }, grid_options: WHOLE }),
  ]);

const viewOf = (meter, path) => ({
  title: meter.name,
  path,
  type: "sections",
  max_columns: 3,
  dense_section_placement: true,
  sections: present([now, tariff, exported, energy, phases, line].map((make) => make(meter))),
});

const metersOf = async (hass) => {
  const [entities, devices] = await Promise.all([
    hass.callWS({ type: "config/entity_registry/list" }),
    hass.callWS({ type: "config/device_registry/list" }),
  ]);
  const shown = entities.filter((one) => one.platform === "linky_tic" && !one.disabled_by && !one.hidden_by);
  return devices
    .map((device) => [device, shown.filter((one) => one.device_id === device.id)])
    .filter(([, found]) => found.length)
    .map(([device, found]) => new Meter(hass, device, found))
    .sort((one, other) => one.name.localeCompare(other.name));
};

class LinkyDashboardStrategy extends HTMLElement {
  static async generate(_config, hass) {
    const meters = await metersOf(hass);
    const { none, name } = textsFor(hass.locale?.language ?? hass.language);
    if (!meters.length) {
      return { title: name, views: [{ title: name, cards: [{ type: "markdown", content: none }] }] };
    }
    return { title: name, views: meters.map((meter, n) => viewOf(meter, `meter-${n + 1}`)) };
  }
}

const TAG = "ll-strategy-dashboard-linky-tic";
if (!customElements.get(TAG)) {
  customElements.define(TAG, LinkyDashboardStrategy);
  window.customStrategies = window.customStrategies || [];
  const texts = () => textsFor(document.querySelector("home-assistant")?.hass?.language ?? document.documentElement.lang);
  window.customStrategies.push({
    type: "linky-tic",
    strategyType: "dashboard",
    get name() {
      return texts().name;
    },
    get description() {
      return texts().description;
    },
    documentationURL: "https://github.com/linky-tic/linky_tic#dashboard",
  });
}
