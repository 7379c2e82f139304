/**
 * The dashboard of a Linky, made for the meter that is there: what it does not have takes no room.
 *
 * All cards are Home Assistant's own. Entities are found by what they are (the end of their unique
 * id), whatever they have been renamed to; those that are disabled or hidden are left out. The first
 * view is for the household, the second one for whoever looks after the installation.
 */

const TEXTS = {
  en: {
    name: "Linky",
    description: "Your electricity meter: power, cost, tariffs, energy, hours.",
    technical: "Technical",
    now: "Now",
    drawn: "Drawn now",
    last_day: "Last 24 hours",
    energy: "Energy",
    cost: "Cost",
    today: "Today",
    until: "{day} at {hour}",
    yesterday: "Yesterday",
    by_day: "Day by day",
    hours: "Off-peak hours",
    and: "and",
    hours_later: "The hours of today are not known yet: the meter announces a day the evening before.",
    first_day: "Comparisons and bars come with the first whole day.",
    prices: "**What does it cost?** Type your prices in the options of the integration, and this page shows costs: [open](/config/integrations/integration/linky_tic).",
    lost: "**The meter is not heard** since {since}. Check the adapter and the wires at I1 and I2 of the meter, and that no other program uses the port: [open the integration](/config/integrations/integration/linky_tic).",
    projection: "At this rate: {amount} by the end of the month.",
    decimals: "",
    season: "Season",
    export: "Export",
    phases: "Phases",
    phase: "Phase",
    voltages: "Voltages",
    peaks: "Highest power",
    line: "Line",
    // Names for tiles of half a phone's width.
    short: {
      active_power: "Power",
      load: "Of the subscription",
      power_margin: "Margin",
      power_factor: "Power factor",
      over_subscribed_power: "Overload",
      current_tariff: "Tariff",
      next_tariff_change: "Changes",
      next_tariff: "Then",
      tempo_today: "Today",
      tempo_tomorrow: "Tomorrow",
      tempo_red_days_left: "Red days left",
      tempo_white_days_left: "White days left",
      tempo_blue_days_left: "Blue days left",
      ejp_peaks_left: "Peak days left",
      peak_notice: "Peak notice",
      peak_in_progress: "Peak",
      price: "Price",
      cost_today: "Cost today",
      cost_yesterday: "Yesterday",
      cost_month: "This month",
      dry_contact: "Dry contact",
      exporting: "Exporting",
      SINSTI: "Export now",
      revenue_today: "Earned today",
      revenue_month: "Earned this month",
      peak_today: "Today",
      peak_month: "This month",
      link: "Meter",
      line_quality: "Line quality",
      power: "Power",
      current: "Current",
      voltage: "Voltage",
    },
    none: "No Linky is set up yet: add the Linky Direct integration, then reload this page.",
  },
  fr: {
    name: "Linky",
    description: "Votre compteur : puissance, coût, tarifs, énergie, horaires.",
    technical: "Technique",
    now: "En ce moment",
    drawn: "Puissance appelée",
    last_day: "Dernières 24 heures",
    energy: "Énergie",
    cost: "Coût",
    today: "Aujourd’hui",
    until: "{day} à {hour}",
    yesterday: "Hier",
    by_day: "Jour par jour",
    hours: "Heures creuses",
    and: "et",
    hours_later: "Les horaires du jour ne sont pas encore connus : le compteur annonce une journée la veille au soir.",
    first_day: "Les comparaisons et l’historique arrivent avec la première journée complète.",
    prices: "**Combien ça coûte ?** Indiquez vos prix dans les options de l’intégration, et cette page affichera les coûts : [ouvrir](/config/integrations/integration/linky_tic).",
    lost: "**Le compteur n’est plus reçu** depuis {since}. Vérifiez l’adaptateur, les fils sur les bornes I1 et I2 du compteur, et qu’aucun autre programme n’utilise le port : [ouvrir l’intégration](/config/integrations/integration/linky_tic).",
    projection: "À ce rythme : {amount} à la fin du mois.",
    decimals: " | string | replace('.', ',')",
    season: "Saison",
    export: "Injection",
    phases: "Phases",
    phase: "Phase",
    voltages: "Tensions",
    peaks: "Puissance maximale",
    line: "Liaison",
    short: {
      active_power: "Puissance",
      load: "De l’abonnement",
      power_margin: "Marge",
      power_factor: "Facteur de puiss.",
      over_subscribed_power: "Dépassement",
      current_tariff: "Tarif",
      next_tariff_change: "Changement",
      next_tariff: "Ensuite",
      tempo_today: "Aujourd’hui",
      tempo_tomorrow: "Demain",
      tempo_red_days_left: "Jours rouges restants",
      tempo_white_days_left: "Jours blancs restants",
      tempo_blue_days_left: "Jours bleus restants",
      ejp_peaks_left: "Jours de pointe restants",
      peak_notice: "Préavis de pointe",
      peak_in_progress: "Pointe",
      price: "Prix",
      cost_today: "Coût du jour",
      cost_yesterday: "Hier",
      cost_month: "Ce mois-ci",
      dry_contact: "Contact sec",
      exporting: "Injection",
      SINSTI: "Injection",
      revenue_today: "Gain du jour",
      revenue_month: "Gain du mois",
      peak_today: "Aujourd’hui",
      peak_month: "Ce mois-ci",
      link: "Compteur",
      line_quality: "Qualité de la liaison",
      power: "Puissance",
      current: "Intensité",
      voltage: "Tension",
    },
    none: "Aucun Linky n’est encore configuré : ajoutez l’intégration Linky Direct, puis rechargez cette page.",
  },
};
const COLOURS = { blue: "blue", white: "grey", red: "red" };
// What an index counts, by words of its key or of its name -> the colour of its bars.
const BARS = [
  [/blue.*off_peak|BBRHCJB|bleu.*creuses|blue.*off-peak/i, "#90caf9"],
  [/blue|BBRHPJB|bleu/i, "#1e88e5"],
  [/white.*off_peak|BBRHCJW|blanc.*creuses|white.*off-peak/i, "#cfd8dc"],
  [/white|BBRHPJW|blanc/i, "#90a4ae"],
  [/red.*off_peak|BBRHCJR|rouge.*creuses|\bred\b.*off-peak/i, "#ef9a9a"],
  [/red|BBRHPJR|rouge/i, "#e53935"],
  [/off.peak|HCHC|creuse/i, "#80cbc4"],
  [/peak|HCHP|pleine|pointe/i, "#00796b"],
];
const HISTORIC_INDEXES = [
  "BASE", "HCHC", "HCHP", "EJPHN", "EJPHPM",
  "BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR",
];
const STANDARD_INDEXES = Array.from({ length: 10 }, (_, n) => `EASF${String(n + 1).padStart(2, "0")}`);
const PHASES = [1, 2, 3];
const UNKNOWN = ["unknown", "unavailable"];
const HALF = { columns: 6, rows: 1 };
const WHOLE = { columns: 12, rows: 1 };

const textsFor = (language) => TEXTS[(language ?? "en").split("-")[0]] ?? TEXTS.en;
const keyOf = (entity) => entity.unique_id.slice(entity.unique_id.indexOf("_") + 1);
const present = (cards) => cards.flat(Infinity).filter(Boolean);

/** One meter: its entities by what they are, and the means to speak of them. */
class Meter {
  constructor(hass, device, entities) {
    this.hass = hass;
    this.entry = device.primary_config_entry ?? device.config_entries[0];
    this.name = device.name_by_user ?? device.name;
    this.texts = textsFor(hass.locale?.language ?? hass.language);
    this._ids = new Map(entities.map((one) => [`${one.entity_id.split(".")[0]}/${keyOf(one)}`, one.entity_id]));
    this._words = new Map(entities.map((one) => [one.entity_id, `${keyOf(one)} ${one.translation_key ?? ""}`]));
    this.comparisons = [];
    this.firstHour = undefined;
    this.offPeak = undefined;
  }

  /** Ask for what no state says: the hours of today, and which days can be compared. */
  async prepare() {
    const [schedule, comparisons] = await Promise.allSettled([this._askSchedule(), this._askComparisons()]);
    this.offPeak = schedule.value;
    this.comparisons = comparisons.value ?? [];
    return this;
  }

  sensor(...keys) {
    return this._first("sensor", keys);
  }

  flag(...keys) {
    return this._first("binary_sensor", keys);
  }

  state(id) {
    return this.hass.states[id]?.state;
  }

  number(...keys) {
    const value = Number.parseFloat(this.state(this.sensor(...keys)));
    return Number.isFinite(value) ? value : undefined;
  }

  /** What an entity is called, without the meter's name. */
  title(id) {
    const name = this.hass.states[id]?.attributes.friendly_name ?? id;
    return name.startsWith(`${this.name} `) ? name.slice(this.name.length + 1) : name;
  }

  /** What an index counts; that it counts energy, its place says. */
  tariffName(id) {
    const name = this.title(id).replace(/^(Énergie|Energy),? /, "");
    return name.charAt(0).toUpperCase() + name.slice(1);
  }

  /** The colour of an index's bars; the front end chooses where there is none of its own. */
  colour(id) {
    const words = `${this._words.get(id)} ${this.title(id)}`;
    return BARS.find(([pattern]) => pattern.test(words))?.[1];
  }

  /** What is drawn, in VA. */
  get power() {
    return this.sensor("SINSTS", "SINST1", "PAPP");
  }

  get isThreePhase() {
    return Boolean(this.sensor("URMS2", "IINST2", "SINSTS2"));
  }

  /** The tariff registers that count. */
  get indexes() {
    return [...STANDARD_INDEXES, ...HISTORIC_INDEXES]
      .map((key) => this.sensor(key))
      .filter((id) => id && !UNKNOWN.includes(this.state(id)));
  }

  /** What has been drawn in all. */
  get total() {
    const { indexes } = this;
    const east = this.sensor("EAST");
    if (east && !UNKNOWN.includes(this.state(east))) return east;
    return indexes.length === 1 ? indexes[0] : this.sensor("energy_today");
  }

  _first(platform, keys) {
    const ids = keys.map((key) => this._ids.get(`${platform}/${key}`)).filter(Boolean);
    // After a change of mode the labels of the former one say nothing any more.
    return ids.find((id) => !UNKNOWN.includes(this.state(id))) ?? ids[0];
  }

  /** What is compared: so many days ago, until this hour. */
  _until(days) {
    const language = this.hass.locale?.language ?? this.hass.language;
    const day = daysAgo(days);
    const date = day.toLocaleDateString(language, { day: "numeric", month: "short" });
    const hour = day.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
    return this.texts.until.replace("{day}", days === 1 ? this.texts.yesterday : date).replace("{hour}", hour);
  }

  /** The off-peak hours of today as texts; undefined where there are none or they are not known. */
  async _askSchedule() {
    const { response } = await this.hass.callWS({
      type: "call_service",
      domain: "linky_tic",
      service: "get_schedule",
      service_data: { config_entry_id: this.entry },
      return_response: true,
    });
    if (!response.today.known) return undefined;
    const slots = response.today.slots
      .filter((one) => /off_peak/.test(one.tariff ?? ""))
      .map(({ start, end }) => [hourOf(start), hourOf(end)]);
    // The night is one: what ends the day goes on as what begins it.
    const [first, last] = [slots[0], slots.at(-1)];
    if (slots.length > 1 && first[0] === "00:00" && last[1] === "00:00") {
      slots.shift();
      last[1] = first[1];
    }
    return slots.map(([start, end]) => `${start}–${end}`);
  }

  /** Which past days have been counted from midnight to this hour: the others say too little. */
  async _askComparisons() {
    if (!this.total) return [];
    const today = new Date();
    const month = new Date(today.getFullYear(), today.getMonth(), 1);
    const since = Math.min(month, startOfDay(8));
    const rows = await this.hass.callWS({
      type: "recorder/statistics_during_period",
      start_time: new Date(since).toISOString(),
      period: "hour",
      statistic_ids: [this.total],
      types: ["sum"],
    });
    this.firstHour = rows[this.total]?.[0]?.start;
    return [1, 7]
      .map((days) => ({ name: this._until(days), start: startOfDay(days), end: daysAgo(days) }))
      .filter(({ start }) => this.firstHour < start.getTime());
  }
}

/** The same hour some days ago, and that day's midnight: a day may have 23 or 25 hours. */
const daysAgo = (days) => {
  const date = new Date();
  date.setDate(date.getDate() - days);
  return date;
};
const startOfDay = (days) => new Date(daysAgo(days).setHours(0, 0, 0, 0));

/** The hour of an instant of the schedule; a meter's clock may be a minute off what is written. */
const hourOf = (instant) => {
  const [hours, minutes] = instant.slice(11, 16).split(":").map(Number);
  const nearest = Math.round(minutes / 5) * 5;
  const shown = hours * 60 + (Math.abs(nearest - minutes) > 1 ? minutes : nearest);
  const text = (number) => String(number).padStart(2, "0");
  return `${text(Math.floor(shown / 60) % 24)}:${text(shown % 60)}`;
};

const heading = (text, icon) => ({ type: "heading", heading: text, heading_style: "title", icon });
const section = (text, icon, cards, more = {}) => {
  const shown = present(cards);
  return shown.length ? { type: "grid", cards: [heading(text, icon), ...shown], ...more } : undefined;
};
const isKnown = (id) => [{ condition: "state", entity: id, state_not: UNKNOWN }];
const markdown = (content, more = {}) => ({ type: "markdown", content, text_only: true, grid_options: { columns: 12, rows: "auto" }, ...more });

/** A tile for an entity, under a short name; nothing where there is no entity or no value. */
const tile = (meter, id, short, options = {}) =>
  id && { type: "tile", entity: id, name: meter.texts.short[short], grid_options: HALF, visibility: isKnown(id), ...options };
const valueTile = (meter, key, options) => tile(meter, meter.sensor(key), key, options);
const flagTile = (meter, key, options) => tile(meter, meter.flag(key), key, options);

const change = (id, name, period, columns) => ({
  type: "statistic",
  entity: id,
  name,
  stat_type: "change",
  period,
  grid_options: { columns, rows: 2 },
});

const history = (title, ids, hours, rows = 4) =>
  ids.length && {
    type: "history-graph",
    title,
    hours_to_show: hours,
    entities: ids.map((id) => ({ entity: id })),
    grid_options: { columns: "full", rows },
  };

/** A tile for each colour that a day may have: a tile's own colour cannot follow a text. */
const colourTiles = (meter, key) => {
  const id = meter.sensor(key);
  const seen = (more) => [{ condition: "state", entity: id, ...more }];
  return id && [
    ...Object.entries(COLOURS).map(([state, color]) => valueTile(meter, key, { color, visibility: seen({ state }) })),
    valueTile(meter, key, { visibility: seen({ state_not: [...Object.keys(COLOURS), ...UNKNOWN] }) }),
  ];
};

/** Said at the top while nothing is received: since when, and what to look at. */
const lost = (meter) => {
  const id = meter.flag("link");
  const since = `{{ as_local(states['${id}'].last_changed).strftime('%d/%m %H:%M') }}`;
  return id && {
    type: "markdown",
    content: meter.texts.lost.replace("{since}", since),
    visibility: [{ condition: "state", entity: id, state: "off" }],
    grid_options: { columns: 12, rows: "auto" },
  };
};

const gauge = (meter) => {
  const load = meter.sensor("load");
  if (!load || UNKNOWN.includes(meter.state(load))) return tile(meter, meter.power, "power", { grid_options: WHOLE });
  return {
    type: "gauge",
    entity: load,
    name: meter.texts.short.load,
    min: 0,
    max: 100,
    needle: true,
    severity: { green: 0, yellow: 70, red: 90 },
    grid_options: { columns: 6, rows: 3 },
  };
};

const askForPrices = (meter) => !meter.sensor("cost_today") && markdown(meter.texts.prices);

const off = (id) => [{ condition: "state", entity: id, state: "on" }];
const tempo = (meter) => [
  colourTiles(meter, "tempo_today"),
  colourTiles(meter, "tempo_tomorrow"),
];

/** The off-peak hours of today, of a contract that has some. */
const hours = (meter) => {
  if (!meter.sensor("next_tariff_change")) return undefined;
  if (!meter.offPeak) return markdown(meter.texts.hours_later);
  return meter.offPeak.length && markdown(`**${meter.texts.hours}** ${meter.offPeak.join(` ${meter.texts.and} `)}`);
};

const now = (meter) => {
  const overload = meter.flag("over_subscribed_power");
  const peak = meter.sensor("peak_notice");
  return section(meter.texts.now, "mdi:flash", [
    lost(meter),
    gauge(meter),
    tile(meter, meter.sensor("active_power") ?? meter.power, "active_power", { color: "amber" }),
    valueTile(meter, "cost_today", { color: "green" }) || tile(meter, meter.power, "power"),
    valueTile(meter, "price"),
    valueTile(meter, "current_tariff", { color: "teal" }),
    valueTile(meter, "next_tariff_change", { color: "teal" }),
    tempo(meter),
    tile(meter, overload, "over_subscribed_power", { color: "red", grid_options: WHOLE, visibility: off(overload) }),
    peak && valueTile(meter, "peak_notice", {
      color: "orange",
      grid_options: WHOLE,
      visibility: [{ condition: "state", entity: peak, state_not: ["none", ...UNKNOWN] }],
    }),
    hours(meter),
    askForPrices(meter),
    history(meter.texts.last_day, present([meter.power, meter.sensor("SINSTI")]), 24),
  ]);
};

/** Bars by day, in the tariffs' own colours. */
const bars = (meter, ids, title) => ids.length > 0 && {
  type: "statistics-graph",
  title,
  chart_type: "bar-stack",
  period: "day",
  days_to_show: 14,
  stat_types: ["change"],
  entities: ids.map((id) => ({ entity: id, name: meter.tariffName(id), color: meter.colour(id) })),
  hide_legend: ids.length === 1,
  grid_options: { columns: "full", rows: 5 },
};

const energy = (meter) => {
  const { indexes, total, comparisons } = meter;
  return section(meter.texts.energy, "mdi:lightning-bolt", [
    total && change(total, meter.texts.today, { calendar: { period: "day", offset: 0 } }, 12),
    comparisons.map(({ name, start, end }) =>
      change(total, name, { fixed_period: { start: start.toISOString(), end: end.toISOString() } }, 6)),
    !comparisons.length && markdown(meter.texts.first_day),
    bars(meter, indexes.length ? indexes : present([total]), meter.texts.by_day),
  ]);
};

/** What the month will have cost if it goes on as it has since the meter was first heard. */
const projection = (meter) => {
  const id = meter.sensor("cost_month");
  if (!meter.firstHour) return undefined;
  const since =
    `{% set since = max(as_datetime(state_attr('${id}', 'last_reset')), as_datetime(${meter.firstHour / 1000})) %}`;
  const amount =
    "{% set end = (now().replace(day=28) + timedelta(days=4)).replace(day=1, hour=0, minute=0, second=0, microsecond=0) %}" +
    `{{ (states('${id}') | float(0) * ((end - since) / (now() - since))) | round(2)${meter.texts.decimals} }} ` +
    `{{ state_attr('${id}', 'unit_of_measurement') }}`;
  const isEarly = "{% if now() - since > timedelta(days=1) %}";
  return markdown(`${since}${isEarly}${meter.texts.projection.replace("{amount}", amount)}{% endif %}`, { visibility: isKnown(id) });
};

const cost = (meter) =>
  meter.sensor("cost_month") &&
  section(meter.texts.cost, "mdi:cash", [
    valueTile(meter, "cost_yesterday"),
    valueTile(meter, "cost_month", { color: "green" }),
    projection(meter),
  ]);

/** Only what is known: a season of which too many days are not known says nothing. */
const season = (meter) => {
  const left = (key, color) => !UNKNOWN.includes(meter.state(meter.sensor(key))) && valueTile(meter, key, { color });
  return section(meter.texts.season, "mdi:calendar-star", [
    left("tempo_red_days_left", "red"),
    left("tempo_white_days_left", "grey"),
    left("tempo_blue_days_left", "blue"),
    left("ejp_peaks_left", "red"),
  ]);
};

const exported = (meter) => {
  const index = meter.sensor("EAIT");
  const flag = meter.flag("exporting");
  if (index && !UNKNOWN.includes(meter.state(index))) {
    return section(meter.texts.export, "mdi:transmission-tower-import", [
      valueTile(meter, "SINSTI", { color: "purple", grid_options: WHOLE }),
      valueTile(meter, "revenue_today", { color: "green" }),
      valueTile(meter, "revenue_month", { color: "green" }),
      change(index, meter.texts.today, { calendar: { period: "day", offset: 0 } }, 12),
      bars(meter, [index], meter.texts.by_day),
    ]);
  }
  // A meter without an export contract tells only that energy goes out: shown when it does.
  return flag && section(meter.texts.export, "mdi:transmission-tower-import", [
    flagTile(meter, "exporting", { color: "purple", grid_options: WHOLE }),
  ], { visibility: off(flag) });
};

const phase = (meter, number) => {
  const tiles = present([
    tile(meter, meter.sensor(`SINSTS${number}`), "power"),
    tile(meter, meter.sensor(`IRMS${number}`, `IINST${number}`), "current"),
    tile(meter, meter.sensor(`URMS${number}`), "voltage"),
    tile(meter, meter.sensor(`power_margin_phase_${number}`), "power_margin"),
  ]);
  return tiles.length > 0 && [
    { type: "heading", heading: `${meter.texts.phase} ${number}`, heading_style: "subtitle" },
    ...tiles,
  ];
};

const phases = (meter) => {
  const voltages = present(PHASES.map((number) => meter.sensor(`URMS${number}`)));
  return section(meter.texts.phases, "mdi:sine-wave", [
    meter.isThreePhase
      ? PHASES.map((number) => phase(meter, number))
      : [tile(meter, voltages[0], "voltage"), tile(meter, meter.sensor("IRMS1", "IINST"), "current")],
    valueTile(meter, "power_factor"),
    valueTile(meter, "power_margin"),
    history(meter.texts.voltages, voltages, 24),
  ]);
};

const peaks = (meter) =>
  section(meter.texts.peaks, "mdi:chart-bell-curve", [
    tile(meter, meter.sensor("peak_today", "SMAXSN", "SMAXN"), "peak_today"),
    valueTile(meter, "peak_month"),
  ]);

const line = (meter) =>
  section(meter.texts.line, "mdi:lan-connect", [
    flagTile(meter, "link", { visibility: undefined }),
    valueTile(meter, "line_quality"),
    flagTile(meter, "dry_contact"),
    tile(meter, meter.sensor("MSG1"), undefined, { name: { type: "entity" }, grid_options: WHOLE }),
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
  viewOf(`${meter.name} · ${meter.texts.technical}`, `meter-${number}-technical`, [phases, peaks, line], meter),
];

const metersOf = async (hass) => {
  const [entities, devices] = await Promise.all([
    hass.callWS({ type: "config/entity_registry/list" }),
    hass.callWS({ type: "config/device_registry/list" }),
  ]);
  const shown = entities.filter((one) => one.platform === "linky_tic" && !one.disabled_by && !one.hidden_by);
  const meters = devices
    .map((device) => [device, shown.filter((one) => one.device_id === device.id)])
    .filter(([, found]) => found.length)
    .map(([device, found]) => new Meter(hass, device, found))
    .sort((one, other) => one.name.localeCompare(other.name));
  return Promise.all(meters.map((meter) => meter.prepare()));
};

class LinkyDashboardStrategy extends HTMLElement {
  static noEditor = true;

  static getCreateSuggestions(hass) {
    return { title: textsFor(hass.locale?.language ?? hass.language).name, icon: "mdi:meter-electric" };
  }

  static async generate(_config, hass) {
    const meters = await metersOf(hass);
    const { none, name } = textsFor(hass.locale?.language ?? hass.language);
    if (!meters.length) {
      return { title: name, views: [{ title: name, cards: [{ type: "markdown", content: none }] }] };
    }
    return { title: name, views: meters.flatMap((meter, n) => viewsOf(meter, n + 1)) };
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

  // The last step of adding a meter links to the list of dashboards with ?linky_tic: nothing in a
  // path of Home Assistant opens the dialog in which one is added, so its button is pressed.
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
