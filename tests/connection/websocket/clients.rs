//! What a client that is not ours (tungstenite) makes of each deviation, as
//! [`sockeye::anomaly::Kind::clients`] says it.

use sockeye::anomaly::Kind;
use sockeye::playground::Playground;
use tungstenite::Error;
use tungstenite::client::connect;

#[test]
fn a_foreign_client_does_what_the_words_say() {
    let playground = Playground::start(None).unwrap();
    let port = playground.port();
    for &kind in Kind::ALL.iter().filter(|kind| kind.of_websocket()) {
        let url = format!("ws://127.0.0.1:{port}/ws/{}", kind.name());
        let fails = match connect(url) {
            Err(_) => true,
            Ok((mut socket, _)) => {
                let first = socket.read();
                // Whoever takes it is answered with a Close.
                let _ = socket.close(None);
                matches!(first, Err(Error::Protocol(_) | Error::Utf8(_)))
            }
        };
        let words = kind.clients();
        let said = match kind {
            Kind::WsLength => words.contains("all three take"),
            Kind::WsClose => words.contains("tungstenite hands it on"),
            Kind::WsAfterClose => words.contains("tungstenite reports it"),
            _ => [
                "all three fail",
                "all three refuse",
                "tungstenite report an error",
            ]
            .iter()
            .any(|fails| words.contains(fails)),
        };
        let hands_on = matches!(kind, Kind::WsLength | Kind::WsClose | Kind::WsAfterClose);
        assert_eq!((fails, said), (!hands_on, true), "{kind:?}: {words}");
    }
}
