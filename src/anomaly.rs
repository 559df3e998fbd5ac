//! Deviations from the standard, as data: one [`Kind`] a deviation, with the rule it
//! breaks and plain words for it.
//!
//! Nothing here refuses anything. A deviation is recorded with its offset, and the
//! reader goes on wherever a meaning is left ([`Severity`] says whether one is).

/// One deviation, seen at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly {
    pub kind: Kind,
    /// Where: wire bytes of its direction on the connection before the first deviating one.
    pub offset: u64,
    /// In what we sent, which a hand may have wanted so; else in what was received.
    pub sent: bool,
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

            /// What [`Kind::asked`] made of the playground's page of that name (a WebSocket's
            /// is below `/ws/`), each with its defaults; empty where it is no deviation to them.
            pub fn clients(self) -> &'static str {
                match self { $( Kind::$variant => concat!($($clients)?), )* }
            }
        }
    };
}

kinds! {
    // -- no status line ---------------------------------------------------------
    NotHttp "not_http" NotHttp "RFC 9112 section 4" "the response does not start with HTTP/: another protocol answered; its bytes are shown as the body"
        "curl refuses it as HTTP/0.9 (exit 1), Python raises BadStatusLine, Node fails to parse it";
    Http09 "http_0_9" NotHttp "RFC 1945 section 6" "text without a status line: an HTTP/0.9 answer is a body alone, until the close"
        "curl refuses it unless --http0.9 is given (exit 1), Python raises BadStatusLine, Node fails to parse it";
    // -- the status line --------------------------------------------------------
    BadStatusLine "bad_status_line" Broken "RFC 9112 section 4" "the line starts as HTTP but holds no three-digit status"
        "curl ends with exit 1, Python raises BadStatusLine, Node fails to parse it";
    LeadingEmptyLine "leading_empty_line" Deviation "RFC 9112 section 2.2" "an empty line before the status line; skipped"
        "Node skips it; curl takes it for HTTP/0.9 (exit 1), Python raises BadStatusLine";
    OddVersion "odd_version" Deviation "RFC 9112 section 2.3" "a version that is neither HTTP/1.0 nor HTTP/1.1; read as HTTP/1.1"
        "Python reads any HTTP/1.x as HTTP/1.1; curl (exit 1) and Node refuse it";
    OddStatus "odd_status" Deviation "RFC 9110 section 15" "a status outside 100 to 599: invalid, to be taken like a 5xx"
        "curl, Python and Node hand the number on as it is";
    MissingReason "missing_reason" Deviation "RFC 9112 section 4" "no space after the status: the reason may be empty, its space may not be missing"
        "curl, Python and Node take it";
    StatusLineSpace "status_line_space" Deviation "RFC 9112 section 4" "version, status and reason are not parted by one single space each"
        "curl and Python take it, Node refuses it";
    // -- lines and fields -------------------------------------------------------
    BareLf "bare_lf" Deviation "RFC 9112 section 2.2" "a line ended by LF without CR; read as a line end"
        "curl and Python read it as a line end, Node refuses it";
    BareCr "bare_cr" Deviation "RFC 9112 section 2.2" "a CR that no LF follows; read as a space"
        "Python ends the field there, curl goes on, Node refuses it";
    ObsFold "obs_fold" Deviation "RFC 9112 section 5.2" "a field goes on in the next line; the fold is read as one space"
        "curl and Python unfold it (Python keeps the line end in the value), Node refuses it";
    LeadingFold "leading_fold" Deviation "RFC 9112 section 2.2" "white space before the first field; the line is read as if it were not there"
        "Python drops it, curl (exit 43) and Node refuse it";
    SpaceBeforeColon "space_before_colon" Deviation "RFC 9112 section 5.1" "white space between the field's name and its colon; read without it"
        "curl and Python take the response, Node refuses it";
    MissingColon "missing_colon" Deviation "RFC 9112 section 5" "a field line without a colon; kept, but it is no field"
        "Python goes on, curl (exit 8) and Node refuse it";
    EmptyName "empty_name" Deviation "RFC 9110 section 5.1" "a field with an empty name"
        "curl and Python go on, Node refuses it";
    InvalidName "invalid_name" Deviation "RFC 9110 section 5.1" "a field's name with a character that no name may hold"
        "curl and Python take it, Node refuses it";
    NulByte "nul_byte" Deviation "RFC 9110 section 5.5" "a NUL in the head: programs written in C may stop reading there"
        "Python keeps it in the value, curl (exit 8) and Node refuse it";
    ControlByte "control_byte" Deviation "RFC 9110 section 5.5" "a control byte in the head"
        "curl and Python keep it in the value, Node refuses it";
    HighByte "high_byte" Deviation "RFC 9110 section 5.5" "a byte above 127 in the head: its charset is anybody's guess"
        "all three take it; Python reads it as Latin-1";
    HeadTooLarge "head_too_large" Deviation "RFC 9110 section 5.4" "the head passed 1 MiB or 10,000 fields: the rest is kept as bytes but no longer parsed"
        "curl stops at 300 KiB (exit 56), Python at 100 fields, Node at 16 KiB";
    HeadCut "head_cut" Early "RFC 9112 section 8" "the response ended inside its head"
        "curl and Python take the fields that came and no body, without an error; Node says socket hang up";
    // -- what ends the body -----------------------------------------------------
    RepeatedLength "repeated_length" Deviation "RFC 9110 section 8.6" "Content-Length stands more than once, each time the same; read once"
        "curl and Python take it, Node refuses it";
    LengthList "length_list" Deviation "RFC 9110 section 8.6" "Content-Length is a list of equal numbers; read once"
        "curl and Python take it, Node refuses it";
    ConflictingLengths "conflicting_lengths" Broken "RFC 9112 section 6.3 step 5" "Content-Length stands more than once with different numbers"
        "they differ: curl goes by the last one, Python by the first, Node refuses it";
    InvalidLength "invalid_length" Broken "RFC 9112 section 6.3 step 5" "Content-Length is not a number of digits alone"
        "Python reads until the close, curl (exit 8) and Node refuse it";
    LengthOverflow "length_overflow" Broken "RFC 9110 section 8.6" "Content-Length is larger than any body can be (2^63)"
        "curl reads until the close, Python raises OverflowError";
    LengthAndEncoding "length_and_encoding" Deviation "RFC 9112 section 6.3 step 3" "Content-Length and Transfer-Encoding stand together: by the standard Transfer-Encoding wins; a sign of request smuggling"
        "curl and Python go by Transfer-Encoding, Node refuses it";
    LengthWithoutBody "length_without_body" Deviation "RFC 9110 section 8.6" "Content-Length in a response that cannot have one (1xx, 204, 2xx to CONNECT)"
        "curl, Python and Node expect no body";
    EncodingWithoutBody "encoding_without_body" Deviation "RFC 9112 section 6.1" "Transfer-Encoding in a response that cannot have one (1xx, 204, 2xx to CONNECT)"
        "curl and Node expect no body; Python looks for a chunk and raises IncompleteRead";
    EncodingInHttp10 "encoding_in_http_1_0" Deviation "RFC 9112 section 6.1" "Transfer-Encoding in an HTTP/1.0 message; the connection must close after it"
        "curl, Python and Node decode it";
    EncodingNotChunked "encoding_not_chunked" Deviation "RFC 9112 section 6.3 step 4" "Transfer-Encoding does not end in chunked; read until the close"
        "curl, Python and Node read until the close";
    RepeatedChunked "repeated_chunked" Deviation "RFC 9112 section 6.1" "chunked stands more than once; decoded once"
        "curl and Node decode it once, Python hands the chunks on undecoded";
    ChunkedParameters "chunked_parameters" Deviation "RFC 9112 section 7.1" "parameters on chunked, which has none; ignored"
        "curl fails (exit 61), Python and Node hand the chunks on undecoded";
    OtherEncoding "other_encoding" Deviation "RFC 9112 section 7" "a transfer coding other than chunked: not decoded, its bytes are kept as they came"
        "curl decodes gzip too, Node the chunks alone, Python nothing";
    NoLength "no_length" Broken "RFC 9112 section 6.3" "the end by Content-Length was asked for, and there is none";
    ConnectionConflict "connection_conflict" Deviation "RFC 9112 section 9.3" "Connection says close and keep-alive at once; close wins"
        "curl, Python and Node take it";
    // -- the body ---------------------------------------------------------------
    BodyCut "body_cut" Early "RFC 9112 section 8" "the peer closed before the announced end of the body"
        "curl ends with exit 18, Python raises IncompleteRead, Node says ECONNRESET";
    LengthMismatch "length_mismatch" Deviation "RFC 9112 section 6.3" "read until the close as asked, and Content-Length said another number";
    ExcessBytes "excess_bytes" Deviation "RFC 9112 section 9.2" "bytes after the end of the message; kept as a region of their own"
        "curl and Python leave them unread, Node reports a parse error";
    // -- chunks -----------------------------------------------------------------
    BadChunkSize "bad_chunk_size" Broken "RFC 9112 section 7.1" "a chunk's size is not a hexadecimal number"
        "curl ends with exit 56, Python raises IncompleteRead, Node fails to parse it";
    ChunkSizeOverflow "chunk_size_overflow" Broken "RFC 9112 section 7.1" "a chunk's size is 2^64 or more"
        "curl ends with exit 56, Python raises OverflowError, Node fails to parse it";
    ChunkSizeSpace "chunk_size_space" Deviation "RFC 9112 section 7.1.1" "white space around a chunk's size"
        "curl and Python take it, Node refuses it";
    BadChunkExtension "bad_chunk_extension" Deviation "RFC 9112 section 7.1.1" "what follows a chunk's size is not an extension by the grammar; kept as it came"
        "curl, Python and Node go on";
    ChunkLineTooLong "chunk_line_too_long" Broken "RFC 9112 section 7.1.1" "a chunk's size line passed 64 KiB"
        "curl reads on, Python raises LineTooLong, Node refuses it";
    ChunkNotTerminated "chunk_not_terminated" Broken "RFC 9112 section 7.1" "no line end after a chunk's data: the sizes and the data do not fit"
        "curl ends with exit 56, Python raises IncompleteRead, Node fails to parse it";
    ForbiddenTrailer "forbidden_trailer" Deviation "RFC 9110 section 6.5.1" "a field that may not stand among the trailers; kept, without effect"
        "curl and Python read on, Node refuses a Content-Length there";
    TrailersTooLarge "trailers_too_large" Deviation "RFC 9110 section 5.4" "the trailers passed 1 MiB or 10,000 fields: the rest is kept as bytes but no longer parsed"
        "curl and Python read on, Node refuses it";
    // -- below HTTP -------------------------------------------------------------
    TlsNoCloseNotify "tls_no_close_notify" Deviation "RFC 9112 section 9.8" "the peer closed TLS without close_notify (RFC 8446 section 6.1), as anybody on the way could have done: a body that only the close ends may be cut"
        "curl takes what came as the whole";
    // -- a WebSocket ------------------------------------------------------------
    WsHandshake "ws_handshake" Deviation "RFC 6455 section 4.1" "the 101 does not answer the WebSocket handshake: a client must fail the connection"
        "all three refuse it";
    WsReservedBits "ws_reserved_bits" Deviation "RFC 6455 section 5.2" "a frame with a reserved bit set, and no extension gives it a meaning"
        "all three fail the connection, websockets with 1002";
    WsReservedOpcode "ws_reserved_opcode" Deviation "RFC 6455 section 5.2" "a frame with an opcode that has no meaning"
        "all three fail the connection, websockets with 1002";
    WsMask "ws_mask" Deviation "RFC 6455 section 5.1" "a server must not mask its frames, a client must"
        "all three fail the connection over a masked frame of a server's, websockets with 1002";
    WsLength "ws_length" Deviation "RFC 6455 section 5.2" "a frame's length is written in a way that is not allowed; read as it stands"
        "all three take a length that is not in its shortest form";
    WsControl "ws_control" Deviation "RFC 6455 section 5.5" "a control frame must be whole and its payload at most 125 bytes"
        "all three fail the connection, websockets with 1002";
    WsFragments "ws_fragments" Deviation "RFC 6455 section 5.4" "frames of two messages are mixed up"
        "all three fail the connection, websockets with 1002";
    WsUtf8 "ws_utf8" Deviation "RFC 6455 section 8.1" "text that is not UTF-8: whoever gets it must fail the connection with code 1007"
        "all three fail the connection, websockets with 1007";
    WsClose "ws_close" Deviation "RFC 6455 section 7.4" "a Close with a code that must not be sent"
        "ws and websockets fail the connection, tungstenite hands it on as 1002";
    WsAfterClose "ws_after_close" Deviation "RFC 6455 section 5.5.1" "a frame after the Close"
        "ws and websockets do not read it, tungstenite reports it";
    WsCut "ws_cut" Deviation "RFC 6455 section 7.1.5" "the connection ended before its WebSocket did: clients call it 1006"
        "ws says 1006, websockets and tungstenite report an error";
}

impl Kind {
    /// Of the protocol that followed a 101: no response shows it.
    pub fn of_websocket(self) -> bool {
        self.name().starts_with("ws_")
    }

    /// The clients that were asked for [`Kind::clients`].
    pub fn asked(self) -> &'static str {
        match self.of_websocket() {
            true => WS_CLIENTS,
            false => CLIENTS,
        }
    }

    /// Seen by who drives TLS; the bytes of a response do not show it.
    pub fn below_http(self) -> bool {
        self == Kind::TlsNoCloseNotify
    }

    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// Who was asked for [`Kind::clients`].
const CLIENTS: &str = "curl 7.88, Python 3.11's http.client, Node 20's http";
/// The same of a WebSocket.
const WS_CLIENTS: &str = "Node's ws 8.23, Python's websockets 17.4, Rust's tungstenite 0.30";

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
            sent: false,
            detail,
        }
    }

    /// The same in what we sent.
    pub fn of_sent(self) -> Anomaly {
        Anomaly { sent: true, ..self }
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
