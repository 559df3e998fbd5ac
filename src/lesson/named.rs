//! Values that a lesson's file has by the names that the program gives them.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::anomaly;
use crate::event::{Closer, EndMode, EndReason, Family};
use crate::playground::tls;

/// A type whose values have one name each.
pub(super) trait Named: Copy + 'static {
    const ALL: &'static [Self];
    fn name(self) -> &'static str;
}

macro_rules! named {
    ($($type:ty),*) => {
        $( impl Named for $type {
            const ALL: &'static [Self] = <$type>::ALL;
            fn name(self) -> &'static str {
                <$type>::name(self)
            }
        } )*
    };
}

named!(Closer, EndMode, EndReason, Family, anomaly::Kind, tls::Kind);

/// The value of this name; a name that is none says which there are.
pub(super) fn named<'de, D: Deserializer<'de>, T: Named>(from: D) -> Result<T, D::Error> {
    let name = String::deserialize(from)?;
    let found = T::ALL.iter().find(|value| value.name() == name);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = T::ALL.iter().map(|value| value.name()).collect();
        D::Error::custom(format!("{name} is none of {}", names.join(", ")))
    })
}
