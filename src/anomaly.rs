//! Deviations from the standard, as data: one [`Kind`] a deviation, with the rule it
//! breaks and plain words for it.
//!
//! Nothing here refuses anything. A deviation is recorded with its offset, and the
//! reader goes on wherever a meaning is left ([`Severity`] says whether one is).

/// One deviation, seen at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly {
    pub kind: Kind,
    /// Where: wire bytes received on the connection before the first deviating one.
    pub offset: u64,
    /// What was there, where that says more than the kind alone; may hold bytes from
    /// the wire (as text), so whoever shows it escapes it. At most 120 characters.
    pub detail: String,
}

/// Whether a meaning is left after the deviation, and curl's exit status with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// One meaning is left: recorded, exit 0.
    Deviation,
    /// Ended before its own announced end: exit 18; 52 where not even a status line came.
    Early,
    /// Framing without meaning: the exchange ends here, exit 8.
    Broken,
    /// HTTP/0.9, or another protocol: everything is body, exit 1.
    NotHttp,
}

macro_rules! kinds {
    ($( $variant:ident $name:literal $severity:ident $rule:literal $text:literal $($clients:literal)?; )*) => {
        /// Each deviation the reader knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $( #[doc = $text] $variant, )* }

        impl Kind {
            pub const ALL: &'static [Kind] = &[ $( Kind::$variant, )* ];

            /// The name in events, in `/anomaly/NAME` and in tests.
            pub fn name(self) -> &'static str {
                match self { $( Kind::$variant => $name, )* }
            }

            pub fn severity(self) -> Severity {
                match self { $( Kind::$variant => Severity::$severity, )* }
            }

            /// The section that the deviation breaks, or that says what it means.
            pub fn rule(self) -> &'static str {
                match self { $( Kind::$variant => $rule, )* }
            }

            /// What it is and what was made of it, in plain words.
            pub fn explain(self) -> &'static str {
                match self { $( Kind::$variant => $text, )* }
            }

            /// What common clients make of it, in a sentence; empty where that was not
            /// tried.
            pub fn clients(self) -> &'static str {
                match self { $( Kind::$variant => concat!($($clients)?), )* }
            }
        }
    };
}

kinds! {
    // -- no status line ---------------------------------------------------------
    NotHttp "not_http" NotHttp "RFC 9112 section 4" "the response does not start with HTTP/: another protocol answered; its bytes are shown as the body";
    Http09 "http_0_9" NotHttp "RFC 1945 section 6" "text without a status line: an HTTP/0.9 answer is a body alone, until the close";
    // -- the status line --------------------------------------------------------
    BadStatusLine "bad_status_line" Broken "RFC 9112 section 4" "the line starts as HTTP but holds no three-digit status";
    LeadingEmptyLine "leading_empty_line" Deviation "RFC 9112 section 2.2" "an empty line before the status line; skipped";
    OddVersion "odd_version" Deviation "RFC 9112 section 2.3" "a version that is neither HTTP/1.0 nor HTTP/1.1; read as HTTP/1.1";
    OddStatus "odd_status" Deviation "RFC 9110 section 15" "a status outside 100 to 599: invalid, to be taken like a 5xx";
    MissingReason "missing_reason" Deviation "RFC 9112 section 4" "no space after the status: the reason may be empty, its space may not be missing";
    StatusLineSpace "status_line_space" Deviation "RFC 9112 section 4" "version, status and reason are not parted by one single space each";
    // -- lines and fields -------------------------------------------------------
    BareLf "bare_lf" Deviation "RFC 9112 section 2.2" "a line ended by LF without CR; read as a line end";
    BareCr "bare_cr" Deviation "RFC 9112 section 2.2" "a CR that no LF follows; read as a space";
    ObsFold "obs_fold" Deviation "RFC 9112 section 5.2" "a field goes on in the next line; the fold is read as one space";
    LeadingFold "leading_fold" Deviation "RFC 9112 section 2.2" "white space before the first field; the line is read as if it were not there";
    SpaceBeforeColon "space_before_colon" Deviation "RFC 9112 section 5.1" "white space between the field's name and its colon; read without it";
    MissingColon "missing_colon" Deviation "RFC 9112 section 5" "a field line without a colon; kept, but it is no field";
    EmptyName "empty_name" Deviation "RFC 9110 section 5.1" "a field with an empty name";
    InvalidName "invalid_name" Deviation "RFC 9110 section 5.1" "a field's name with a character that no name may hold";
    NulByte "nul_byte" Deviation "RFC 9110 section 5.5" "a NUL in the head: programs written in C may stop reading there";
    ControlByte "control_byte" Deviation "RFC 9110 section 5.5" "a control byte in the head";
    HighByte "high_byte" Deviation "RFC 9110 section 5.5" "a byte above 127 in the head: its charset is anybody's guess";
    HeadTooLarge "head_too_large" Deviation "RFC 9110 section 5.4" "the head passed 1 MiB: the rest is kept as bytes but no longer parsed";
    HeadCut "head_cut" Early "RFC 9112 section 8" "the response ended inside its head";
    // -- what ends the body -----------------------------------------------------
    RepeatedLength "repeated_length" Deviation "RFC 9110 section 8.6" "Content-Length stands more than once, each time the same; read once";
    LengthList "length_list" Deviation "RFC 9110 section 8.6" "Content-Length is a list of equal numbers; read once";
    ConflictingLengths "conflicting_lengths" Broken "RFC 9112 section 6.3 step 5" "Content-Length stands more than once with different numbers";
    InvalidLength "invalid_length" Broken "RFC 9112 section 6.3 step 5" "Content-Length is not a number of digits alone";
    LengthOverflow "length_overflow" Broken "RFC 9110 section 8.6" "Content-Length is larger than any body can be (2^63)";
    LengthAndEncoding "length_and_encoding" Deviation "RFC 9112 section 6.3 step 3" "Content-Length and Transfer-Encoding stand together: by the standard Transfer-Encoding wins; a sign of request smuggling";
    LengthWithoutBody "length_without_body" Deviation "RFC 9110 section 8.6" "Content-Length in a response that cannot have one (1xx, 204, 2xx to CONNECT)";
    EncodingWithoutBody "encoding_without_body" Deviation "RFC 9112 section 6.1" "Transfer-Encoding in a response that cannot have one (1xx, 204, 2xx to CONNECT)";
    EncodingInHttp10 "encoding_in_http_1_0" Deviation "RFC 9112 section 6.1" "Transfer-Encoding in an HTTP/1.0 message; the connection must close after it";
    EncodingNotChunked "encoding_not_chunked" Deviation "RFC 9112 section 6.3 step 4" "Transfer-Encoding does not end in chunked; read until the close";
    RepeatedChunked "repeated_chunked" Deviation "RFC 9112 section 6.1" "chunked stands more than once; decoded once";
    ChunkedParameters "chunked_parameters" Deviation "RFC 9112 section 7.1" "parameters on chunked, which has none; ignored";
    OtherEncoding "other_encoding" Deviation "RFC 9112 section 7" "a transfer coding other than chunked: not decoded, its bytes are kept as they came";
    NoLength "no_length" Broken "RFC 9112 section 6.3" "the end by Content-Length was asked for, and there is none";
    ConnectionConflict "connection_conflict" Deviation "RFC 9112 section 9.3" "Connection says close and keep-alive at once; close wins";
    // -- the body ---------------------------------------------------------------
    BodyCut "body_cut" Early "RFC 9112 section 8" "the peer closed before the announced end of the body";
    LengthMismatch "length_mismatch" Deviation "RFC 9112 section 6.3" "read until the close as asked, and Content-Length said another number";
    ExcessBytes "excess_bytes" Deviation "RFC 9112 section 9.2" "bytes after the end of the message; kept as a region of their own";
    // -- chunks -----------------------------------------------------------------
    BadChunkSize "bad_chunk_size" Broken "RFC 9112 section 7.1" "a chunk's size is not a hexadecimal number";
    ChunkSizeOverflow "chunk_size_overflow" Broken "RFC 9112 section 7.1" "a chunk's size is 2^64 or more";
    ChunkSizeSpace "chunk_size_space" Deviation "RFC 9112 section 7.1.1" "white space around a chunk's size";
    BadChunkExtension "bad_chunk_extension" Deviation "RFC 9112 section 7.1.1" "what follows a chunk's size is not an extension by the grammar; kept as it came";
    ChunkLineTooLong "chunk_line_too_long" Broken "RFC 9112 section 7.1.1" "a chunk's size line passed 64 KiB";
    ChunkNotTerminated "chunk_not_terminated" Broken "RFC 9112 section 7.1" "no line end after a chunk's data: the sizes and the data do not fit";
    ForbiddenTrailer "forbidden_trailer" Deviation "RFC 9110 section 6.5.1" "a field that may not stand among the trailers; kept, without effect";
    TrailersTooLarge "trailers_too_large" Deviation "RFC 9110 section 5.4" "the trailers passed 1 MiB: the rest is kept as bytes but no longer parsed";
}

impl Kind {
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// Characters kept of what was there.
pub const DETAIL_MAX: usize = 120;

impl Anomaly {
    /// `detail` is cut to [`DETAIL_MAX`] characters.
    pub fn new(kind: Kind, offset: u64, detail: impl Into<String>) -> Anomaly {
        let mut detail = detail.into();
        if let Some((end, _)) = detail.char_indices().nth(DETAIL_MAX) {
            detail.truncate(end);
        }
        Anomaly {
            kind,
            offset,
            detail,
        }
    }

    /// The explanation with what was there: the `message` field of the event.
    pub fn message(&self) -> String {
        if self.detail.is_empty() {
            self.kind.explain().to_owned()
        } else {
            format!("{} ({})", self.kind.explain(), self.detail)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        for &kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
            assert!(kind.rule().starts_with("RFC "), "{kind:?}");
        }
    }

    #[test]
    fn details_are_cut_between_characters() {
        for (given, kept) in [(3, 3), (DETAIL_MAX, DETAIL_MAX), (500, DETAIL_MAX)] {
            let anomaly = Anomaly::new(Kind::InvalidName, 0, "é".repeat(given));
            assert_eq!(anomaly.detail, "é".repeat(kept));
        }
    }
}
