//! What somebody meets on a page, in order, a line each: what people read and press, and what a screen
//! reader tells. Of a long list the first entries stand for the others, and of a long sentence its
//! beginning. What every run calls otherwise has one word.

use std::collections::HashMap;
use std::fmt;

/// So many entries of a list or a table are kept; the page's data may have more.
const ENTRIES_MAX: usize = 3;
/// So many choices of a field.
const CHOICES_MAX: usize = 6;
/// So much of a sentence, in letters.
const SENTENCE_MAX: usize = 72;

const VOID: [&str; 7] = ["input", "meta", "link", "br", "img", "hr", "col"];
const INLINE: [&str; 14] = [
    "a", "span", "strong", "em", "b", "i", "s", "u", "small", "time", "code", "output", "tspan",
    "abbr",
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What every run calls otherwise.
pub(super) struct Stable {
    /// Ids, tokens and addresses, each with its word.
    pub(super) named: Vec<(String, String)>,
    /// The day on which it runs and the next, as `2026-11-25`.
    pub(super) today: [String; 2],
}

/// A page, line by line.
pub(super) struct Outline(Vec<String>);

impl Outline {
    pub(super) fn of(html: &str, stable: &Stable) -> Self {
        let page = parsed(html);
        let mut labels = HashMap::new();
        labels_of(&page, &mut labels);
        Self(Written { labels, stable }.blocks(&page))
    }
}

impl fmt::Display for Outline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl Stable {
    /// What there is to read, in one line, as every run has it.
    fn line(&self, text: &str) -> String {
        let named = self.named.iter().fold(text.to_owned(), |text, (id, n)| text.replace(id, n));
        let words: Vec<String> = named.split_whitespace().map(|word| self.word(word)).collect();
        self.days(&times(words))
    }

    /// A word with an id, a secret or a moment in it.
    fn word(&self, word: &str) -> String {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_:.".contains(letter);
        let mut out = String::new();
        let mut rest = word;
        while !rest.is_empty() {
            let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
            out.push_str(&self.part(&rest[..end]));
            let after = rest[end..].chars().next();
            out.extend(after);
            rest = &rest[end + after.map_or(0, char::len_utf8)..];
        }
        out
    }

    fn part(&self, part: &str) -> String {
        let is_secret =
            part.len() > 20 && part.starts_with("tb") && part.as_bytes().get(3) == Some(&b'_');
        let digits: Vec<usize> = part
            .char_indices()
            .filter(|(_, letter)| letter.is_ascii_digit())
            .map(|(at, _)| at)
            .collect();
        // `2026-11-25T14:30`, whatever follows.
        let is_moment = digits.starts_with(&[0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15]);
        if part.len() >= 32 && uuid::Uuid::parse_str(part).is_ok() {
            "{id}".to_owned()
        } else if is_secret {
            "{secret}".to_owned()
        } else if is_moment {
            "{time}".to_owned()
        } else if self.today.iter().any(|day| day == part) {
            "{today}".to_owned()
        } else {
            part.to_owned()
        }
    }

    /// The same with today's date as one word, and with so many days from today as another.
    fn days(&self, words: &[String]) -> String {
        let mut line = words.join(" ");
        for day in &self.today {
            line = line.replace(&written_out(day), "{today}");
        }
        let words: Vec<&str> = line.split(' ').collect();
        let mut out: Vec<&str> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let unit = words.get(at + 1).is_some_and(|next| ["day", "days"].contains(next));
            let how = words.get(at + 2).map_or("", |next| *next);
            let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
            let far = unit && is_number && (how.starts_with("left") || how.starts_with("over"));
            out.push(if far { "{n}" } else { word });
        }
        out.join(" ")
    }
}

/// `25 November 2026, 14:30 UTC`, which is five words, as one.
fn times(words: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in words {
        let there = out.len();
        let is_time = word.starts_with("UTC")
            && there >= 4
            && MONTHS.contains(&out[there - 3].as_str())
            && out[there - 1].contains(':');
        if is_time {
            let before = out[there - 4].trim_end_matches(|letter: char| letter.is_ascii_digit());
            let time = format!("{before}{{time}}{}", &word[3..]);
            out.truncate(there - 4);
            out.push(time);
        } else {
            out.push(word);
        }
    }
    out
}

/// `25 November 2026`, out of `2026-11-25`.
fn written_out(day: &str) -> String {
    let parts: Vec<usize> = day.split('-').filter_map(|part| part.parse().ok()).collect();
    let [year, month, day] = parts[..] else { panic!("{day} is no day") };
    format!("{day} {} {year}", MONTHS[month - 1])
}

enum Node {
    Element(Element),
    Text(String),
}

#[derive(Default)]
struct Element {
    tag: String,
    attributes: Vec<(String, String)>,
    children: Vec<Node>,
}

impl Element {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
    }

    fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Those of these tags, however deep.
    fn all<'a>(&'a self, tags: &[&str], found: &mut Vec<&'a Self>) {
        for element in self.elements() {
            if tags.contains(&element.tag.as_str()) {
                found.push(element);
            }
            element.all(tags, found);
        }
    }
}

/// Our own markup, which closes what it opens.
fn parsed(html: &str) -> Vec<Node> {
    let mut open = vec![Element::default()];
    for part in html.split('<') {
        let Some((tag, text)) = part.split_once('>') else { continue };
        if let Some(closed) = tag.strip_prefix('/') {
            let element = open.pop().expect("something is open");
            assert_eq!(element.tag, closed, "{html}");
            open.last_mut().expect("around it").children.push(Node::Element(element));
        } else if !tag.starts_with('!') {
            let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            let attributes = attributes_of(attributes);
            let element = Element { tag: name.to_owned(), attributes, children: Vec::new() };
            if VOID.contains(&name) {
                open.last_mut().expect("around it").children.push(Node::Element(element));
            } else {
                open.push(element);
            }
        }
        if !text.is_empty() {
            let around = open.last_mut().expect("around it");
            around.children.push(Node::Text(unescaped(text)));
        }
    }
    assert_eq!(open.len(), 1, "all is closed: {html}");
    open.remove(0).children
}

fn attributes_of(mut text: &str) -> Vec<(String, String)> {
    let mut attributes = Vec::new();
    while !text.trim_start().is_empty() {
        text = text.trim_start();
        let end = text.find([' ', '=']).unwrap_or(text.len());
        let name = text[..end].to_owned();
        text = &text[end..];
        let mut value = String::new();
        if let Some(quoted) = text.strip_prefix("=\"") {
            let end = quoted.find('"').expect("a quote");
            value = unescaped(&quoted[..end]);
            text = &quoted[end + 1..];
        }
        attributes.push((name, value));
    }
    attributes
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn labels_of(nodes: &[Node], labels: &mut HashMap<String, String>) {
    for node in nodes {
        let Node::Element(element) = node else { continue };
        if let ("label", Some(of)) = (&*element.tag, element.attribute("for")) {
            labels.insert(of.to_owned(), plain(&element.children));
        }
        labels_of(&element.children, labels);
    }
}

/// All that is in it, as one line.
fn plain(nodes: &[Node]) -> String {
    let mut text = String::new();
    for node in nodes {
        match node {
            Node::Text(part) => text.push_str(part),
            Node::Element(element) => {
                text.push_str(&plain(&element.children));
                if !INLINE.contains(&&*element.tag) {
                    text.push(' ');
                }
            }
        }
    }
    one_line(&text)
}

/// Where a link leads, wherever the sample's last event stands.
fn steady(href: &str) -> String {
    let Some((path, query)) = href.split_once('?') else { return href.to_owned() };
    let counted = |pair: &str| match pair.split_once('=') {
        Some((name @ ("cursor" | "position"), _)) => format!("{name}={{n}}"),
        Some(_) | None => pair.to_owned(),
    };
    let query: Vec<String> = query.split('&').map(counted).collect();
    format!("{path}?{}", query.join("&"))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Written<'a> {
    /// What fields are called, by their ids.
    labels: HashMap<String, String>,
    stable: &'a Stable,
}

impl Written<'_> {
    fn blocks(&self, nodes: &[Node]) -> Vec<String> {
        let (mut lines, mut run) = (Vec::new(), String::new());
        let flush = |run: &mut String, lines: &mut Vec<String>| {
            let line = self.stable.line(run);
            run.clear();
            if !line.is_empty() {
                lines.push(line);
            }
        };
        for node in nodes {
            match node {
                Node::Text(text) => run.push_str(text),
                Node::Element(element) if INLINE.contains(&&*element.tag) => {
                    let told = self.inline(element);
                    // Links beside each other are two.
                    if run.ends_with(')') && told.starts_with('[') {
                        run.push(' ');
                    }
                    run.push_str(&told);
                }
                Node::Element(element) => {
                    flush(&mut run, &mut lines);
                    lines.extend(self.block(element));
                }
            }
        }
        flush(&mut run, &mut lines);
        lines
    }

    fn joined(&self, element: &Element) -> String {
        self.blocks(&element.children).join(" / ")
    }

    fn inline(&self, element: &Element) -> String {
        let text = self.joined(element);
        match &*element.tag {
            // It is on every page.
            "a" if element.attribute("class") == Some("skip") => String::new(),
            "a" => {
                let also = element.attribute("aria-label").filter(|label| *label != text);
                let also = also.map(|label| format!(" «{label}»")).unwrap_or_default();
                format!("[{text}{also}]({})", steady(element.attribute("href").unwrap_or_default()))
            }
            "time" if element.attribute("datetime").is_some_and(|at| at.contains('T')) => {
                "{time}".to_owned()
            }
            // Words beside each other are no one word, whatever stands between them.
            _ => {
                let ends = |node: Option<&Node>, is: fn(&str) -> bool| match node {
                    Some(Node::Text(text)) => is(text),
                    Some(Node::Element(_)) | None => false,
                };
                let before = ends(element.children.first(), |text| text.starts_with(' '));
                let after = ends(element.children.last(), |text| text.ends_with(' '));
                let space = |there: bool| if there { " " } else { "" };
                format!("{}{text}{}", space(before), space(after))
            }
        }
    }

    fn block(&self, element: &Element) -> Vec<String> {
        let text = || self.joined(element);
        let label = element.attribute("aria-label");
        match &*element.tag {
            "head" => {
                let title = element.elements().find(|part| part.tag == "title");
                title.map(|title| format!("page: {}", plain(&title.children))).into_iter().collect()
            }
            "header" | "footer" | "script" | "style" => Vec::new(),
            "nav" => vec![around(element)],
            "h1" | "h2" | "h3" | "h4" => {
                let level = element.tag[1..].parse().unwrap_or(1);
                vec![format!("{} {}", "#".repeat(level), text())]
            }
            "form" => {
                let mut lines = vec![self.stable.line(&form(element))];
                lines.extend(indented(&self.blocks(&element.children)));
                lines
            }
            "table" => self.table(element),
            "ul" | "ol" => self.list(element),
            "dl" => self.facts(element),
            "p" => self.sentence(element),
            "summary" => vec![format!("> {}", text())],
            "legend" => vec![format!("{}:", text())],
            "svg" => label.map(|label| format!("(picture: {label})")).into_iter().collect(),
            "img" => vec![format!("(picture: {})", element.attribute("alt").unwrap_or_default())],
            "progress" => {
                let value = element.attribute("value").unwrap_or_default();
                vec![format!("(bar: {}, {value})", label.unwrap_or_default())]
            }
            "input" | "select" | "textarea" => self.field(element).into_iter().collect(),
            "button" => {
                let text = text();
                let also = label.filter(|label| *label != text);
                let also = also.map(|label| format!(" «{label}»")).unwrap_or_default();
                vec![self.stable.line(&format!("({text}{also})"))]
            }
            "figure" => self.figure(element),
            // It is told with its field.
            "label" if element.has("for") => Vec::new(),
            _ => {
                let mut lines: Vec<String> =
                    label.map(|label| format!("[{label}]")).into_iter().collect();
                lines.extend(self.blocks(&element.children));
                lines
            }
        }
    }

    /// Its beginning; whole where it leads on. A hint is told by its field's id.
    fn sentence(&self, element: &Element) -> Vec<String> {
        if element.attribute("id").is_some_and(|id| id.ends_with("-hint")) {
            return Vec::new();
        }
        let lines = self.blocks(&element.children);
        let cut = |line: String| {
            if line.contains("](") || line.chars().count() <= SENTENCE_MAX {
                return line;
            }
            let mut beginning: String = line.chars().take(SENTENCE_MAX).collect();
            let word = beginning.rfind(' ').unwrap_or(beginning.len());
            beginning.truncate(word);
            format!("{beginning} …")
        };
        lines.into_iter().map(cut).collect()
    }

    fn field(&self, element: &Element) -> Option<String> {
        let kind = match &*element.tag {
            "input" => element.attribute("type").unwrap_or("text"),
            tag => tag,
        };
        if kind == "hidden" {
            return None;
        }
        let label = element.attribute("id").and_then(|id| self.labels.get(id).map(String::as_str));
        let label = label.or_else(|| element.attribute("aria-label")).unwrap_or_default();
        let told = match kind {
            "checkbox" | "radio" => {
                let ticked = if element.has("checked") { "x" } else { " " };
                return Some(one_line(&format!("{kind} [{ticked}] {label}")));
            }
            "select" => choices(element),
            "textarea" => plain(&element.children),
            _ => element.attribute("value").unwrap_or_default().to_owned(),
        };
        Some(self.stable.line(&format!("{kind} {label}: {told}")).trim_end_matches(':').to_owned())
    }

    fn table(&self, table: &Element) -> Vec<String> {
        let mut rows = Vec::new();
        table.all(&["tr"], &mut rows);
        let caption = table.elements().find(|part| part.tag == "caption");
        let mut lines: Vec<String> =
            caption.map(|c| format!("table: {}", self.joined(c))).into_iter().collect();
        let heads = table.elements().filter(|part| part.tag == "thead");
        let heads: usize = heads.map(|head| head.elements().count()).sum();
        for row in rows.iter().take(heads + ENTRIES_MAX) {
            let cells: Vec<String> = row.elements().map(|cell| self.joined(cell)).collect();
            lines.push(format!("| {} |", cells.join(" | ")));
        }
        if rows.len() > heads + ENTRIES_MAX {
            lines.push("| … |".to_owned());
        }
        lines
    }

    /// A drawing, and what its figures are about: how many there are, each event of the sample counts.
    fn figure(&self, figure: &Element) -> Vec<String> {
        let (mut titles, mut heads) = (Vec::new(), Vec::new());
        figure.all(&["title"], &mut titles);
        figure.all(&["th"], &mut heads);
        // The drawing's own comes first; each of its bars has one, too.
        let titles =
            titles.iter().take(1).map(|title| format!("(picture: {})", self.joined(title)));
        let heads = heads.iter().filter(|head| head.attribute("scope") == Some("col"));
        let heads: Vec<String> = heads.map(|head| self.joined(head)).collect();
        titles.chain([format!("| {} |", heads.join(" | "))]).collect()
    }

    fn list(&self, list: &Element) -> Vec<String> {
        let mut lines = Vec::new();
        for (at, entry) in list.elements().enumerate() {
            if at == ENTRIES_MAX {
                lines.push("- …".to_owned());
                break;
            }
            let mut entry = self.blocks(&entry.children).into_iter();
            lines.push(format!("- {}", entry.next().unwrap_or_default()));
            lines.extend(indented(&entry.collect::<Vec<_>>()));
        }
        lines
    }

    fn facts(&self, list: &Element) -> Vec<String> {
        let (mut parts, mut lines) = (Vec::new(), Vec::new());
        list.all(&["dt", "dd"], &mut parts);
        for part in parts {
            if part.tag == "dt" {
                lines.push(format!("{}:", self.joined(part)));
            } else {
                let fact: &mut String = lines.last_mut().expect("what it is about");
                fact.push(' ');
                fact.push_str(&self.joined(part));
            }
        }
        lines
    }
}

fn indented(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| format!("  {line}")).collect()
}

/// The way around, and where on it somebody is.
fn around(nav: &Element) -> String {
    let mut ways = Vec::new();
    nav.all(&["a", "button"], &mut ways);
    let told = |way: &&Element| {
        let here = if way.has("aria-current") { "*" } else { "" };
        format!("{here}{}", plain(&way.children))
    };
    let ways: Vec<String> = ways.iter().map(told).collect();
    format!("{}: {}", nav.attribute("aria-label").unwrap_or("way"), ways.join(" | "))
}

fn form(form: &Element) -> String {
    let method = form.attribute("method").unwrap_or("get");
    one_line(&format!("form {method} {}", form.attribute("action").unwrap_or_default()))
}

/// What may be chosen; what is chosen has a star.
fn choices(select: &Element) -> String {
    let mut options = Vec::new();
    select.all(&["option"], &mut options);
    let told = |option: &&Element| {
        let chosen = if option.has("selected") { "*" } else { "" };
        format!("{chosen}{}", plain(&option.children))
    };
    let mut choices: Vec<String> = options.iter().take(CHOICES_MAX).map(told).collect();
    if options.len() > CHOICES_MAX {
        choices.push("…".to_owned());
    }
    choices.join(" | ")
}

#[test]
fn a_page_without_a_column_a_form_or_a_link_has_another_outline() {
    let page = "<!DOCTYPE html><html><head><title>Jobs · T</title></head><body><header>x</header>\
        <nav aria-label=\"Main\"><ul><li><a href=\"/a\" aria-current=\"page\">A</a></li></ul></nav>\
        <main><h1>Jobs</h1><p class=\"hint\">Since <time datetime=\"2026-11-25T14:30:00Z\">now\
        </time>.</p><form method=\"post\" action=\"/x\"><label for=\"n\">Name</label>\
        <input id=\"n\" name=\"n\" value=\"A &amp; B\"><input type=\"hidden\" name=\"h\" value=\"1\">\
        <button type=\"submit\">Save</button></form><table><thead><tr><th>Job</th><th>Owner</th></tr>\
        </thead><tbody><tr><th><a href=\"/jobs/0198c0de-0000-7000-8000-000000000001\">Barn</a></th>\
        <td>25\u{a0}November\u{a0}2026, 14:30 UTC</td></tr></tbody></table>\
        <p>3 days left, by 24\u{a0}November\u{a0}2026</p></main></body></html>";
    let stable = Stable { named: Vec::new(), today: ["2026-11-24".into(), "2026-11-25".into()] };
    let told = Outline::of(page, &stable).to_string();
    let expected = "page: Jobs · T\nMain: *A\n# Jobs\nSince {time}.\nform post /x\n  text Name: A & B\n  \
        (Save)\n| Job | Owner |\n| [Barn](/jobs/{id}) | {time} |\n{n} days left, by {today}";
    assert_eq!(told, expected);
    for lost in [
        "<th>Owner</th>",
        "<button type=\"submit\">Save</button>",
        "<form method=\"post\" action=\"/x\">",
        " aria-current=\"page\"",
    ] {
        let mut less = page.replace(lost, "");
        if lost.starts_with("<form") {
            less = less.replace("</form>", "");
        }
        assert_ne!(Outline::of(&less, &stable).to_string(), told, "{lost}");
    }
}
