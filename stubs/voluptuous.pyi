# At run time Home Assistant puts its own schema library in the place of voluptuous.
from probatio import (
    All as All,
    Coerce as Coerce,
    In as In,
    Invalid as Invalid,
    Msg as Msg,
    Optional as Optional,
    Range as Range,
    Required as Required,
    Schema as Schema,
)
