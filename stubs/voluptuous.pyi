# At run time Home Assistant puts its own schema library in the place of voluptuous.
from probatio import (
    Coerce as Coerce,
    Invalid as Invalid,
    Optional as Optional,
    Required as Required,
    Schema as Schema,
)
