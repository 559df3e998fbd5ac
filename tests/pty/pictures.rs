//! Pictures by the terminal's own hand: drawn once, taken away, and nothing of it where
//! nobody said that the terminal can.

use super::terminal::Terminal;
use super::{CTRL_L, ENTER};

const ESC: &str = "\x1b";
const KITTY: &str = "\x1b_Ga=T,q=2,f=100,i=7391,p=1,c=";
const KITTY_REMOVES: &str = "\x1b_Ga=d,d=I,i=7391,q=2\x1b\\";
const ITERM2: &str = "\x1b]1337;File=inline=1;size=";
const SIXEL: &str = "\x1bP0;1;0q\"1;1;";
/// ED: all that is on screen, pictures too where a character in their place is not enough.
const CLEARS: &str = "\x1b[2J";

fn browser(variables: &[(&str, &str)]) -> (Terminal, u16) {
    Terminal::start(env!("CARGO_BIN_EXE_sockeye"), &[], variables).on_the_start_page()
}

#[test]
fn each_protocol_draws_once_and_takes_away() {
    // What takes it away, and how often that came by the pop-up, the other view, the end:
    // the screen is cleared for each picture that comes, too.
    for (variables, words, draws, (removes, times)) in [
        (
            &[("TERM", "xterm-kitty")],
            "as kitty graphics",
            KITTY,
            (KITTY_REMOVES, [1, 2, 3]),
        ),
        (
            &[("TERM_PROGRAM", "iTerm.app")],
            "as iTerm2 inline",
            ITERM2,
            (CLEARS, [1, 3, 5]),
        ),
        (
            &[("TERM", "foot")],
            "as sixel graphics",
            SIXEL,
            (CLEARS, [1, 3, 5]),
        ),
    ] {
        let (mut terminal, port) = browser(variables);
        terminal.send(&format!("{CTRL_L}localhost:{port}/image/sky.png{ENTER}"));
        terminal.wait_for(words);
        terminal.wait_for_bytes(draws, 1);
        let before = terminal.count(removes);
        let gone = |terminal: &Terminal, step: usize| {
            terminal.wait_for_bytes(removes, before + times[step]);
        };
        // Another pane has the keys: the picture is where it was.
        terminal.send("\t");
        terminal.wait_for("Enter go");
        terminal.send("\x1b[Z");
        terminal.wait_for("┏ Response");
        assert_eq!(terminal.count(draws), 1, "{words}");
        assert!(!terminal.text().contains('▀'), "{}", terminal.text());
        // Something lies upon it: characters stand in for it.
        terminal.send("/");
        gone(&terminal, 0);
        terminal.wait_for("▀");
        terminal.send(ESC);
        terminal.wait_for_bytes(draws, 2);
        terminal.send("1");
        terminal.wait_for("Content-Type: image/png");
        gone(&terminal, 1);
        terminal.send("3");
        terminal.wait_for_bytes(draws, 3);
        terminal.send("q");
        assert_eq!(terminal.exit(), 0);
        gone(&terminal, 2);
    }
}

/// `auto` goes by what it knows, and a file goes before it.
#[test]
fn none_is_sent_where_nobody_said_that_it_is_read() {
    let config = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(config.path().join("sockeye")).expect("its directory");
    let file = config.path().join("sockeye/config.toml");
    let home = config.path().to_str().expect("a plain path");
    for (images, variable, draws) in [
        ("auto", ("TERM", "xterm-256color"), [0, 0, 0]),
        ("auto", ("TMUX", "/tmp/tmux-1/default,1,0"), [0, 0, 0]),
        ("blocks", ("TERM", "xterm-kitty"), [0, 0, 0]),
        ("sixel", ("TERM", "xterm-256color"), [0, 0, 1]),
    ] {
        std::fs::write(&file, format!("images = \"{images}\"\n")).expect("a config file");
        let (mut terminal, port) = browser(&[("XDG_CONFIG_HOME", home), variable]);
        terminal.send(&format!("{CTRL_L}localhost:{port}/image/sky.png{ENTER}"));
        terminal.wait_for("PNG · ");
        match draws {
            [0, 0, 0] => terminal.wait_for("▀"),
            _ => terminal.wait_for_bytes(SIXEL, 1),
        }
        terminal.send("q");
        assert_eq!(terminal.exit(), 0);
        let drawn = [KITTY, ITERM2, SIXEL].map(|begins| terminal.count(begins));
        assert_eq!(drawn, draws, "{images} {variable:?}");
        assert_eq!(terminal.count("\x1b_"), 0, "no APC of kitty's");
    }
}
