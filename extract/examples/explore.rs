//! Times kinds of text.
#[path = "../tests/kinds/mod.rs"]
mod kinds;
use sayso_document::Tier;
use std::time::Instant;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let size: usize = args[1].parse().unwrap();
    let only = args.get(2);
    let a = sayso_extract::Analyzer::new();
    a.analyze("Warm up.", Tier::Fast);
    for k in kinds::KINDS.iter().filter(|k| only.is_none_or(|o| k.name == o || k.name.starts_with(o.trim_end_matches('*')) && o.ends_with('*'))) {
        let mut times = Vec::new();
        let mut tot = Vec::new();
        for n in [size, 2 * size] {
            let text = k.text(n);
            let mut t = Instant::now();
            let start = t;
            let mut stages = Vec::new();
            let x = a.analyze_in_stages(&text, Tier::Fast, |s| { stages.push((s, t.elapsed().as_secs_f64() * 1e3)); t = Instant::now(); });
            stages.push(("rest", t.elapsed().as_secs_f64() * 1e3));
            let total = start.elapsed().as_secs_f64() * 1e3;
            tot.push((total, x.quotes.len(), x.mentions.len(), x.sentences.len()));
            times.push(stages);
            if total > 20000.0 { break; }
        }
        if times.len() < 2 { println!("{:22} {:9.1}ms  TOO LONG {:?}", k.name, tot[0].0, times[0]); continue; }
        let bad: Vec<String> = times[0].iter().zip(&times[1]).filter(|(a, b)| b.1 > 2.6 * a.1 && b.1 > 10.0).map(|(a, b)| format!("{}: {:.0}->{:.0}", a.0, a.1, b.1)).collect();
        let rate = tot[1].0 / (2.0 * size as f64) * 1e6 / 1e3;
        println!("{:22} {:9.1} {:9.1}ms  x{:.2} {:6.2} s/MB {:?} {}", k.name, tot[0].0, tot[1].0, tot[1].0 / tot[0].0, rate, &tot[1], bad.join(", "));
    }
}
