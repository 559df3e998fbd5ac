//! Any bytes as text that can be pasted elsewhere.
//!
//! Each form is made a piece at a time, so that a large body is never held.

use super::{hex_escape, quoted};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// The bytes themselves.
    Text,
    /// `\r\n\x00`, as `printf` takes it; a backslash is doubled.
    Escaped,
    /// `de ad be ef`.
    Hex,
    /// `b"…"`
    Python,
}

impl Form {
    pub const ALL: [Form; 4] = [Form::Text, Form::Escaped, Form::Hex, Form::Python];

    /// In words: "as …".
    pub fn title(self) -> &'static str {
        match self {
            Form::Text => "text",
            Form::Escaped => "escaped bytes",
            Form::Hex => "hex",
            Form::Python => "a Python bytes literal",
        }
    }

    /// What it is good for.
    pub fn about(self) -> &'static str {
        match self {
            Form::Text => "the bytes as they are",
            Form::Escaped => {
                "printable characters as they are, the rest as \\r, \\n and \\xNN, as printf takes it"
            }
            Form::Hex => "two digits a byte: what / takes in the Hex view",
            Form::Python => "an expression whose value is these bytes",
        }
    }

    /// What stands before the first piece, and behind the last.
    pub fn ends(self) -> (&'static str, &'static str) {
        match self {
            Form::Python => ("b\"", "\""),
            _ => ("", ""),
        }
    }

    /// A piece of the bytes; `first`: nothing came before it.
    pub fn piece(self, bytes: &[u8], first: bool) -> Vec<u8> {
        let mut text = String::new();
        match self {
            Form::Text => return bytes.to_vec(),
            Form::Escaped => {
                for &byte in bytes {
                    match byte {
                        // Nothing to quote against.
                        b'"' => text.push('"'),
                        _ => quoted(&mut text, &[byte], hex_escape),
                    }
                }
            }
            Form::Hex => {
                for (n, byte) in bytes.iter().enumerate() {
                    let space = if first && n == 0 { "" } else { " " };
                    text.push_str(space);
                    text.push_str(&hex_escape(*byte)[2..]);
                }
            }
            Form::Python => quoted(&mut text, bytes, hex_escape),
        }
        text.into_bytes()
    }

    /// All at once: for few bytes.
    pub fn whole(self, bytes: &[u8]) -> Vec<u8> {
        let (before, after) = self.ends();
        [
            before.as_bytes(),
            &self.piece(bytes, true),
            after.as_bytes(),
        ]
        .concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_in_each_form() {
        let bytes = b"A\"\\\r\n\0\xff";
        for (form, want) in [
            (Form::Text, &b"A\"\\\r\n\0\xff"[..]),
            (Form::Escaped, br#"A"\\\r\n\x00\xff"#),
            (Form::Hex, b"41 22 5c 0d 0a 00 ff"),
            (Form::Python, br#"b"A\"\\\r\n\x00\xff""#),
        ] {
            assert_eq!(form.whole(bytes), want, "{form:?}");
            let (before, after) = form.ends();
            let mut pieces = before.as_bytes().to_vec();
            for (n, byte) in bytes.chunks(2).enumerate() {
                pieces.extend(form.piece(byte, n == 0));
            }
            pieces.extend(after.as_bytes());
            assert_eq!(pieces, want, "{form:?} in pieces");
        }
        assert_eq!(Form::Python.whole(b""), b"b\"\"");
    }
}
