//! The page `/tls/`: the servers on TLS, and the way to each.
//!
//! Owns which of them runs on which port, as far as they run; what each is good or bad for
//! is [`Kind`]'s.

use super::answer::Answer;
use super::ask::Ask;
use super::certificates::Kind;
use super::session::to;

/// `/tls/expired` leads to that server, `/tls/` lists them.
pub(super) fn handshake(ask: &Ask<'_>) -> Answer {
    let Some(ports) = ask.tls.get() else {
        let text = "No servers on TLS run beside this one: --tls-port 0 starts them.\n";
        return Answer::text(404, text);
    };
    let host = ask.request.field("Host").map_or("127.0.0.1", name);
    let url = |port: u16| format!("https://{host}:{port}/hello");
    match ports.iter().find(|(kind, _)| kind.name() == ask.rest) {
        Some((_, port)) => to(302, url(*port)),
        None => {
            let line = |(kind, port): &(Kind, u16)| {
                format!("{:<19} {}\n  {}\n", kind.name(), url(*port), kind.explain())
            };
            let status = if ask.rest.is_empty() { 200 } else { 404 };
            Answer::text(status, ports.iter().map(line).collect::<String>())
        }
    }
}

/// Without the port: `[::1]` of `[::1]:8080`. What is no name is not repeated.
fn name(host: &str) -> &str {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    match name {
        "localhost" | "[::1]" => name,
        _ => "127.0.0.1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_leads_to_every_server() {
        let index = include_str!("../../assets/playground/index.html");
        for kind in Kind::ALL {
            let link = format!("<a href=\"/tls/{}\">", kind.name());
            assert!(index.contains(&link), "{kind:?}");
        }
    }

    #[test]
    fn a_host_field_is_one_of_our_names() {
        for (host, want) in [
            ("localhost:8080", "localhost"),
            ("localhost", "localhost"),
            ("[::1]:8080", "[::1]"),
            ("[::1]", "[::1]"),
            ("127.0.0.1:1", "127.0.0.1"),
            ("evil.example/\r\nX: y", "127.0.0.1"),
            ("", "127.0.0.1"),
        ] {
            assert_eq!(name(host), want, "{host}");
        }
    }
}
