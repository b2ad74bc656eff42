use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use base64::prelude::{BASE64_STANDARD, Engine};
use segctl_tests::skip;
use serde_json::{Value, json};

/// Headless, without a network, drawing WebGL by software.
const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--window-size=1440,1000",
];

/// A Chromium under the control of ChromeDriver, spoken to in WebDriver's JSON over HTTP.
pub(super) struct Browser {
    driver: Child,
    /// Held open: ChromeDriver stops when it cannot write.
    _stdout: BufReader<ChildStdout>,
    agent: ureq::Agent,
    session: String,
}

impl Browser {
    /// Starts both; none where they are not installed.
    pub(super) fn start() -> Option<Self> {
        if !Path::new("/usr/bin/chromedriver").exists() || !Path::new("/usr/bin/chromium").exists() {
            skip("no /usr/bin/chromium with /usr/bin/chromedriver");
            return None;
        }
        let mut driver = Command::new("/usr/bin/chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut stdout = BufReader::new(driver.stdout.take().expect("standard output is piped"));
        let agent = ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
        let session = format!("http://127.0.0.1:{}/session", port(&mut stdout));
        let mut browser = Self { driver, _stdout: stdout, agent, session };
        browser.open_session();
        Some(browser)
    }

    fn open_session(&mut self) {
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "binary": "/usr/bin/chromium", "args": FLAGS },
            "goog:loggingPrefs": { "browser": "ALL" },
            "unhandledPromptBehavior": "ignore",
        } } });
        let answer = self.post("", &capabilities);
        let id = answer["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {answer}"));
        self.session = format!("{}/{id}", self.session);
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let mut response =
            self.agent.post(format!("{}{path}", self.session)).send_json(body).expect("chromedriver answers");
        response.body_mut().read_json::<Value>().expect("chromedriver answers in JSON")["value"].take()
    }

    /// Sends a command that has to succeed.
    #[track_caller]
    fn command(&self, path: &str, body: &Value) -> Value {
        let value = self.post(path, body);
        assert!(value.get("error").is_none(), "{path}: {value}");
        value
    }

    #[track_caller]
    pub(super) fn open(&self, page: &Path) {
        self.command("/url", &json!({ "url": format!("file://{}", page.display()) }));
    }

    /// The value of a JavaScript function body.
    #[track_caller]
    pub(super) fn eval(&self, script: &str) -> Value {
        self.command("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Waits, at most half a minute, until an expression is true.
    #[track_caller]
    pub(super) fn wait(&self, condition: &str) {
        let script = format!(
            "const done = arguments[0]; const end = Date.now() + 30000;
             const look = () => {{
               if ({condition}) done(true); else if (Date.now() > end) done(false); else setTimeout(look, 50);
             }};
             look();"
        );
        let value = self.command("/execute/async", &json!({ "script": script, "args": [] }));
        assert_eq!(value, true, "never true: {condition}");
    }

    /// Presses and releases a key.
    #[track_caller]
    pub(super) fn press(&self, key: &str) {
        let keys = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        self.command("/actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": keys }] }));
    }

    /// Drags the mouse from a point of the window by a distance.
    #[track_caller]
    pub(super) fn drag(&self, (x, y): (i64, i64), (dx, dy): (i64, i64)) {
        let to = |x: i64, y: i64| json!({ "type": "pointerMove", "duration": 200, "x": x, "y": y });
        let mut steps = vec![to(x, y), json!({ "type": "pointerDown", "button": 0 })];
        steps.extend((1..=5).map(|step| to(x + dx * step / 5, y + dy * step / 5)));
        steps.push(json!({ "type": "pointerUp", "button": 0 }));
        let mouse =
            json!({ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": steps });
        self.command("/actions", &json!({ "actions": [mouse] }));
    }

    /// A command of the Chrome DevTools Protocol.
    #[track_caller]
    pub(super) fn devtools(&self, name: &str, parameters: &Value) -> Value {
        self.command("/goog/cdp/execute", &json!({ "cmd": name, "params": parameters }))
    }

    /// What the console has been told since the last call, at the level of errors and warnings.
    #[track_caller]
    pub(super) fn complaints(&self) -> Vec<String> {
        let log = self.command("/se/log", &json!({ "type": "browser" }));
        let lines = log.as_array().expect("the log is a list").iter();
        lines
            .filter(|line| line["level"] == "SEVERE")
            .filter_map(|line| line["message"].as_str().map(str::to_owned))
            .collect()
    }

    /// Whether a dialogue such as an alert is open.
    pub(super) fn has_dialogue(&self) -> bool {
        let mut response = self.agent.get(format!("{}/alert/text", self.session)).call().expect("chromedriver answers");
        let answer: Value = response.body_mut().read_json().expect("chromedriver answers in JSON");
        answer["value"]["error"] != "no such alert"
    }

    /// Saves what the window shows.
    #[track_caller]
    pub(super) fn screenshot(&self, path: &Path) {
        let shot = self.devtools("Page.captureScreenshot", &json!({ "format": "png" }));
        std::fs::write(path, decoded(&shot["data"])).expect("the picture can be written");
    }

    /// The page on paper, as PDF.
    #[track_caller]
    pub(super) fn print(&self) -> Vec<u8> {
        decoded(&self.command("/print", &json!({ "background": true })))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// `ChromeDriver was started successfully on port 40123.`
fn port(stdout: &mut impl BufRead) -> u16 {
    let lines = stdout.lines().map_while(Result::ok);
    let mut ports =
        lines.filter_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
    ports.next().expect("chromedriver names its port")
}

fn decoded(value: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(value.as_str().expect("base64 text")).expect("base64 text")
}
