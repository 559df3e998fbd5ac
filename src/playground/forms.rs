//! Bodies of every form that view 2 knows, each whole and broken.
//!
//! Owns their bytes, as one table; a picture among them is made where it is asked for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use image::ImageFormat;

use super::answer::{Answer, HTML};
use super::ask::Ask;
use super::documents;

/// What follows `/form/`, its Content-Type, its body.
const FORMS: &[(&str, &str, &[u8])] = &[
    ("json", JSON, br#"{"name":"Ada","born":1815,"tags":["mathematics","engines"],"notes":{"g":[[1,2],[3,4]],"last":null},"text":"tab\t, quote \" and \u00e9","none":{},"big":12345678901234567890.00}"#),
    ("broken.json", JSON, b"{\"list\": [1, 2, 3],\n \"then\" 4,\n \"more\": true}\n"),
    ("cut.json", JSON, b"{\"list\": [1, 2, {\"a\": \"the connection clos"),
    ("lines.ndjson", "application/x-ndjson", b"{\"n\":1,\"ok\":true}\n{\"n\":2,}\n{\"n\":3,\"ok\":false}\n"),
    ("xml", "application/xml", b"<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><title>A feed in one line</title><entry><id>1</id><link href=\"/hello\"/><summary>Fish &amp; chips</summary></entry><entry><id>2</id><!-- nothing else --><link href=\"/json\"/></entry><![CDATA[a < b]]></feed>"),
    ("broken.xml", "application/xml", b"<list>\n  <item>one</item>\n  <item>two</list>\n</item>\n"),
    ("css", "text/css", b"/* minified */@media (min-width:40em){body{margin:0;font:16px/1.5 \"A; B\",serif}a:hover{color:#1d4a4d;background:url(data:image/gif;base64,R0lGOD)}}h1,h2{font-size:1.5em!important}p{margin:0 0 1em;color:#222}.a .b>c{display:none}#top{top:0;left:0}/* end */\n"),
    ("script.js", "text/javascript", b"'use strict';const a=[1,2],r=/[/;{]/g;function f(n){for(let i=0;i<n;i++){if(i/2>1){a.push(`line ${i+1};`)}else{a.pop()}}return a}async function g(){const answer=await fetch(\"/json\");return answer.json()}f(9);g().then(x=>{console.log(x)});// done\n"),
    ("fields", "application/x-www-form-urlencoded", b"name=Ada+Lovelace&city=London&q=100%25+sure%3F&empty=&flag&bad=%zz&bytes=%1b%5b31m"),
    ("parts", "multipart/mixed; boundary=\"a b\"", b"What stands here is no part.\r\n--a b\r\nContent-Type: text/plain\r\n\r\nThe first part.\r\n--a b\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\nContent-Type: text/plain\r\n\r\nin words\r\n--inner\r\nContent-Type: application/json\r\n\r\n{\"in\":\"json\"}\r\n--inner--\r\n--a b--\r\n"),
    ("broken.parts", "multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\nno field\r\n\r\none\r\n--y\r\ntwo\r\n"),
    ("kinds.parts", "multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"who\"\r\n\r\nAda\r\n--x\r\nContent-Disposition: form-data; name=\"notes\"\r\nContent-Type: application/json\r\n\r\n{\"born\":1815,\"tags\":[\"mathematics\",\"engines\"]}\r\n--x\r\nContent-Disposition: form-data; name=\"page\"\r\nContent-Type: text/html\r\n\r\n<h1>Hello</h1><p>A <b>page</b> in a part.</p>\r\n--x\r\nContent-Disposition: form-data; name=\"sky\"; filename=\"sky.png\"\r\nContent-Type: image/png\r\n\r\n(picture)\r\n--x\r\nContent-Disposition: form-data; name=\"query\"\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nq=100%25+sure&page=2\r\n--x--\r\n"),
    ("mail.parts", "multipart/mixed; boundary=x", b"--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nA caf=E9, and a line that is too long for mail, so that it goes =\r\non here; an =3D is escaped, this = is not.\r\n--x\r\nContent-Type: application/json\r\nContent-Transfer-Encoding: base64\r\n\r\neyJmcm9tIjoiQWRhIiwidG8iOlsiQ2hhcmxlcyIsIk1hcnkiXSwi\r\nc2VudCI6MTg0M30=\r\n--x\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: base64\r\n\r\nPGgxPk5vdGVzPC9oMT48cD5BIHBhZ2UsIDxhIGhyZWY9Ii9oZWxsbyI+\r\nZGVjb2RlZDwvYT4gZnJvbSBiYXNlNjQ6IGNhZukuPC9wPg==\r\n--x\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n(picture in base64)\r\n--x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nVGhpcyBwYXJ0IGlzIGJyb2tlbiBo*ZXJlOiBub2JvZHkga25vd3MgbW9yZS4=\r\n--x--\r\n"),
    ("events", "text/event-stream", b": a comment\nretry: 2000\n\nid: 1\nevent: tick\ndata: {\"tick\": 1}\n\ndata: two\ndata: lines\nunknown: x\n\n"),
    ("table.csv", "text/csv", b"name,born,known for\nAda Lovelace,1815,\"notes, and a program\"\nGrace Hopper,1906,\"the first \"\"compiler\"\"\"\nAlan Turing,1912\n\"two\nlines\",0,,\n"),
    ("table.tsv", "text/tab-separated-values", b"host\tbytes\nlocalhost\t15\nexample.com\t1256\n"),
    ("unnamed", "text/plain", br#"[{"type":"text/plain","form":"JSON"}]"#),
];

/// What stands in [`FORMS`] where the bytes of a picture go, and where they go in base64.
const PICTURE: &str = "(picture)";
const IN_BASE64: &str = "(picture in base64)";

const JSON: &str = "application/json";

pub(super) fn form(ask: &Ask<'_>) -> Answer {
    if ask.rest.is_empty() {
        return Answer::new(200).whole(HTML, list());
    }
    match FORMS.iter().find(|(name, ..)| *name == ask.rest) {
        Some((_, kind, body)) => Answer::new(200).whole(kind, with_picture(body)),
        None => Answer::text(404, "There is no such form; /form/ lists them.\n"),
    }
}

fn with_picture(body: &[u8]) -> Vec<u8> {
    let put = |sign: &str, picture: &[u8]| {
        let at = memchr::memmem::find(body, sign.as_bytes())?;
        Some([&body[..at], picture, &body[at + sign.len()..]].concat())
    };
    let sky = || documents::made(ImageFormat::Png).unwrap_or_default();
    put(PICTURE, &sky())
        .or_else(|| put(IN_BASE64, BASE64.encode(sky()).as_bytes()))
        .unwrap_or_else(|| body.to_vec())
}

fn list() -> String {
    let rows = FORMS.iter().map(|(name, kind, _)| {
        let kind = kind.replace('"', "&quot;");
        format!("<li><a href=\"/form/{name}\">/form/{name}</a> {kind}\n")
    });
    let rows: String = rows.collect();
    format!(
        "<!doctype html>\n<title>Forms</title>\n<h1>Bodies of every form</h1>\n<ul>\n{rows}</ul>\n"
    )
}
