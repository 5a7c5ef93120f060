//! What the public documentation shows of the language, piece by piece.

use bowline::deluge::{self, parse};

/// One statement each, as documented.
const EXAMPLES: &[&str] = &[
    "response = invokeurl\n[\n\turl : \"https://www.example.com\"\n\ttype : GET\n\theaders : {\"a\":\"b\"}\n\tbody : raw\n\tparameters : m.toString()\n\
     \tcontent-type : \"application/json\"\n\tfiles : f\n\tconnection : \"c\"\n\tdetailed : true\n\tresponse-format : TEXT\n\tresponse-decoding : \"UTF-8\"\n];",
    "r = invokeapi [ service : ZohoCRM path : \"/crm/v8/Leads\" type : GET connection : \"c\" ];",
    "r = getUrl(\"https://example.com\");",
    "r = getUrl(\"https://example.com\", {\"h\":\"v\"}, false);",
    "r = postUrl(\"https://example.com\", {\"b\":1}, {\"h\":\"v\"}, false);",
    "r = invokeUrl(\"https://example.com\", \"POST\", body, headers, true);",
    "r = zoho.crm.getRecords(\"Leads\", 1, 200, {}, \"conn\");",
    "invokeurl [ url : \"https://example.com\" type :POST parameters: map.toText() connection:\"app-link\" ];",
    "info x;",
    "return;",
    "return x + 1;",
    "if(a) { b = 1; } else if(c) { d = 2; } else { e = 3; }",
    "for each x in list { break; }",
    "for each index i in list { continue; }",
    "try { a = 1; } catch (e) { info e; }",
    "a = 1; a += 1; a -= 1; a *= 2; a /= 2; a %= 2; a.b = 1;",
    "a = b || c && d == e != f < g > h <= i >= j + k - l * m / n % o;",
    "a = !b; a = -b; a = +b; a = !(b && c);",
    "a = if(b, 1, 2); a = ifnull(b, c);",
    "a = Map(); a = List(); a = List:String(\"a\"); a = List:Int(1); a = List:Date(); a = List:Bool(); a = List:Float(); a = Collection(1, 2);",
    "a = {\"a\":1,\"b\":{\"c\":{1,2}}}; b = {1,2}; c = [1,2];",
    "a = \"\\\"\"; b = '01-Jan-2020 10:00:00'; c = 1; d = 123.45; e = 123.; f = .45; g = true; h = false; i = null;",
    "string button.demo(String routeId) { return routeId; }",
    "string pluginname.Copy_Address(string module, int id) { return module; }",
    "void name(map x) { info x; }",
    "sendmail [ from : zoho.adminuserid to : \"a@example.com\" subject : \"s\" message : \"m\" ]",
];

#[test]
fn every_documented_form_is_read_without_an_error() {
    for example in EXAMPLES {
        assert_eq!(parse(example).errors(), &[], "{example}");
        assert_eq!(parse(&example.to_uppercase().replace("\\N", "\\n")).errors(), &[], "in upper case: {example}");
    }
}

#[test]
fn types_of_signatures_are_known_in_any_case() {
    for of in
        "void string text int long bigint decimal float bool boolean date time datetime list map collection key file xml any".split(' ')
    {
        for of in [of.to_owned(), of.to_uppercase()] {
            assert_eq!(parse(&format!("{of} f({of} x) {{ return x; }}")).errors(), &[], "{of}");
        }
    }
}

#[test]
fn the_sample_of_the_platform_names_its_connection() {
    let script = parse("r = invokeurl [ url : u type :POST parameters: map.toText() connection:\"app-link\" ];");
    let names: Vec<_> = script.connections().iter().map(|used| (&used.name[..], used.method.as_deref())).collect();
    assert_eq!(names, [("app-link", Some("POST"))]);
    assert_eq!(&script.text()[script.connections()[0].span.clone()], "app-link");
}

#[test]
fn nesting_has_a_limit_that_is_told_once() {
    let script = parse(&"(".repeat(5_000));
    assert_eq!(script.errors().len(), 1);
    assert_eq!(script.errors()[0].message, "nested deeper than 100 levels");
    assert_eq!(deluge::parse(&format!("x = {}1{};", "(".repeat(90), ")".repeat(90))).errors(), &[]);
}
