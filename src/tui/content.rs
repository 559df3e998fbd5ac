//! What a body means to the views: its charset, kept up as the bytes come.
//!
//! Holds what was found out, not bytes. Who decides a charset is `decode`'s.

use encoding_rs::Encoding;

use crate::body::Window;
use crate::decode::charset::PREFIX;
use crate::decode::{By, Charset};

/// See the module's words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Content {
    pub charset: Charset,
    /// Bytes of the content that were looked at for it.
    looked_at: usize,
}

impl Content {
    /// Looks at the first bytes of the content, as long as there are few; what the user
    /// chose stays.
    pub fn sniff(&mut self, content: &Window, content_type: &str) {
        let there = usize::try_from(content.there()).map_or(PREFIX, |there| there.min(PREFIX));
        if there <= self.looked_at || self.charset.by == By::Hand {
            return;
        }
        // A file that cannot be read says so where its bytes are shown.
        let start = content.read(0, there).unwrap_or_default();
        self.charset = Charset::of(&start, content_type);
        self.looked_at = there;
    }

    /// `None`: what the bytes and the head say, from the next look on.
    pub fn choose(&mut self, encoding: Option<&'static Encoding>) {
        self.looked_at = 0;
        self.charset = encoding.map(Charset::by_hand).unwrap_or_default();
    }
}
