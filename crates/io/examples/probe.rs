use segctl_io::*;
use segctl_numeric::observe::Silent;
use std::time::Instant;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let t = Instant::now();
    let table = read(&Source::parse(&a[1]).unwrap(), &ReadOptions::default(), &Silent).unwrap();
    println!("read {:?} rows {}", t.elapsed(), table.n_rows());
    let s = Session::new(&SessionOptions::default()).unwrap();
    println!("session {:?}", t.elapsed());
    let f = FeatureExpr { name: "U".into(), sql: "BALANCE / CREDIT_LIMIT".into() };
    let (t2, _) = add_features(&s, &table, &[f]).unwrap();
    println!("features {:?}", t.elapsed());
    let (t3, _) = keep_rows(&s, &t2, "BALANCE > 100").unwrap();
    println!("where {:?} {}", t.elapsed(), t3.n_rows());
    let (t4, r) = deduplicate(&table, table.id.as_deref(), DuplicateIds::Error).unwrap();
    println!("dedup {:?} {} {:?}", t.elapsed(), t4.n_rows(), r);
    let p = std::env::temp_dir().join("segctl-io-probe.parquet");
    write_batches(&p, OutputFormat::Parquet, &table.schema, &table.batches).unwrap();
    println!("write {:?}", t.elapsed());
    let r = read(&Source::parse(p.to_str().unwrap()).unwrap(), &ReadOptions::default(), &Silent).unwrap();
    println!("parquet {:?} {}", t.elapsed(), r.schema == table.schema && r.batches == table.batches);
    std::fs::remove_file(p).unwrap();
    for l in std::fs::read_to_string("/proc/self/status").unwrap().lines().filter(|l| l.starts_with("VmHWM")) {
        println!("{l}")
    }
}
