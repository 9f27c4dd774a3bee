"""Tables of displays, their pairing, and of alarms; see `incidents.store.schema` for how times are kept."""

from sqlalchemy import Boolean, CheckConstraint, Column, Double, ForeignKey, Integer, String, Table, Text

from incidents.store.schema import CODE, HASH, ID, NAME, metadata

displays = Table(
    "displays",
    metadata,
    Column(
        "id", ID, ForeignKey("accounts.id"), primary_key=True, comment="its account: rights and sessions are that's"
    ),
    Column("area", CODE, ForeignKey("areas.code"), nullable=False, comment="what it may show lies here or below"),
    Column("showing", Text, nullable=False, comment="JSON: what operators put there, see wall.showing"),
    Column("shown_at", Double, nullable=False, comment="when they did"),
    Column("shown_by", ID, ForeignKey("accounts.id"), comment="who did; empty before the first time"),
    Column("version", Integer, nullable=False, comment="one more with every change of what is to be seen"),
    Column("paired_at", Double, nullable=False, comment="when its present browser was paired"),
    Column("paired_by", ID, ForeignKey("accounts.id"), nullable=False, comment="who typed the code"),
    Column("heard_at", Double, comment="its newest report, to the minute"),
    Column("health", Text, comment="JSON: that report, see wall.display_health"),
    comment="screens that show what operators push to them; a removed one's account stays, disabled",
)

display_pairings = Table(
    "display_pairings",
    metadata,
    Column("secret_hash", HASH, primary_key=True, comment="SHA-256 of the secret in the waiting browser's cookie"),
    Column("code_hash", HASH, nullable=False, unique=True, comment="SHA-256 of the code the browser shows"),
    Column("created_at", Double, nullable=False, comment="when the browser asked"),
    Column("expires_at", Double, nullable=False, comment="neither code nor secret is worth anything from then on"),
    Column("address", String(64), nullable=False, index=True, comment="network address that asked"),
    Column("browser", String(300), nullable=False, comment="as it names itself; shown to whoever types the code"),
    Column("screen", String(16), nullable=False, comment="width x height in CSS pixels"),
    Column("display_id", ID, ForeignKey("displays.id"), comment="display it is to become, once the code was typed"),
    comment="browsers that show a pairing code; a row is deleted when its session is collected",
)

alarm_rules = Table(
    "alarm_rules",
    metadata,
    Column("id", ID, primary_key=True, comment="random"),
    Column("area", CODE, ForeignKey("areas.code"), nullable=False, comment="concerns cases here or below"),
    Column("name", NAME, nullable=False, comment="in words"),
    Column("enabled", Boolean, nullable=False, comment="a rule switched off raises nothing"),
    Column("classes", Text, nullable=False, comment="JSON list of case classes; empty for every class"),
    Column("min_level", Integer, nullable=False, comment="cases of this level and above"),
    Column("hours", Text, nullable=False, comment="JSON list of HH:MM-HH:MM, town time; empty for all day"),
    Column("to_wall", Boolean, nullable=False, comment="to the reserved tiles of operators' walls"),
    Column("display_id", ID, ForeignKey("displays.id"), comment="display it switches, if any"),
    Column("hold_s", Double, comment="how long it stays up; empty: until acknowledged"),
    Column("sound", Boolean, nullable=False, comment="rings at the operators' pages"),
    Column("updated_at", Double, nullable=False, comment="newest change"),
    Column("updated_by", ID, ForeignKey("accounts.id"), nullable=False, comment="who made it"),
    Column("new_cases", Boolean, comment="raised by new cases; empty: yes"),
    Column("step_ups", Boolean, comment="raised when a late case is stepped up; empty: no"),
    CheckConstraint("min_level BETWEEN 1 AND 4", name="min_level"),
    comment="which new cases are alarms, and where they come up",
)

alarm_opt_outs = Table(
    "alarm_opt_outs",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id"), primary_key=True, comment="the operator"),
    Column("rule_id", ID, ForeignKey("alarm_rules.id"), primary_key=True, comment="rule switched off for him alone"),
    comment="an operator's own off-switch of a shared rule; displays are not concerned",
)

alarms = Table(
    "alarms",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True, comment="the case; a case is one alarm at most"),
    Column("raised_at", Double, nullable=False, index=True, comment="when"),
    Column("rules", Text, nullable=False, comment="JSON: id, to_wall, hold_s, sound of each rule, as they were then"),
    Column("acknowledged_at", Double, comment="when somebody did"),
    Column("acknowledged_by", ID, ForeignKey("accounts.id"), comment="the first who did"),
    Column("stepped_at", Double, comment="when the step-up was that raised it (again); empty: raised as a new case"),
    comment="cases that raised an alarm",
)

display_alarms = Table(
    "display_alarms",
    metadata,
    Column("display_id", ID, ForeignKey("displays.id"), primary_key=True, comment="where"),
    Column("case_id", ID, ForeignKey("alarms.case_id"), primary_key=True, index=True, comment="what"),
    Column("level", Integer, nullable=False, comment="of the case: higher ones go first"),
    Column("placed_at", Double, nullable=False, comment="when raised"),
    Column("until", Double, comment="ends then; empty: when acknowledged"),
    Column("shown_at", Double, comment="since when it is on view: it stays unless a higher one comes"),
    comment="alarms that want a display now; what operators put there comes back when the last one ends",
)

TABLES = (displays, display_pairings, alarm_rules, alarm_opt_outs, alarms, display_alarms)
