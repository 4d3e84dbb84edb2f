//! The token is seen nowhere: not in what is said or printed, and in no file but
//! the one that keeps it.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::harness::Ring;
use crate::login::Desk;

/// Every file below a folder, but for those that keep tokens.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().unwrap() != "tokens" {
            files(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

#[test]
fn the_token_is_seen_nowhere() {
    for keyring in [Ring::open(), Ring::absent()] {
        let desk = Desk::with(keyring);
        let scopes = "read_customers,read_store,store_info,write_discounts";
        let token = desk.token(&format!("--scopes {scopes} --name quiet"));
        assert!(token.len() > 10);
        let codes = desk.store.path().join("codes.csv");
        std::fs::write(&codes, "code,value,value_type\nA,1,percentage\n").unwrap();
        let many = format!("discounts create {} --yes", codes.display());
        let mut said = String::new();
        let mut runs = |line: &str| {
            let outcome = desk.rc(line).stdin(&token).runs();
            writeln!(said, "{outcome:?}").unwrap();
            let person = desk.rc(line).stdin(&token).showing(100).runs();
            writeln!(said, "{person:?}").unwrap();
        };
        for line in [
            "auth login --with-token",
            "auth login --with-token --profile garden",
            "auth login --with-token --dry-run",
            "auth status",
            "auth status -o json --profile garden",
            "profile list -o json",
            "profile show garden",
            "profile set garden --protected",
            "profile set garden --dry-run --api-version 2021-01",
            "profile use garden",
            "customers list -n 1",
            "customers list --dry-run=curl",
            "customers delete 1",
            "customers delete 1 --yes",
            "customers get 999",
            "orders list",
            "api GET /nowhere",
            "api POST /customers -f email=x --yes",
            &format!("bulk {many} --engine requests -vv"),
            &format!("bulk {many} --profile garden"),
            &format!("bulk {many} --dry-run=curl"),
            "bulk list -o json",
            "store get --base-url https://localhost:1",
            "store get --profile none",
            "profile remove garden --yes",
            "auth logout --dry-run",
            "auth logout",
            "auth status",
        ] {
            runs(line);
        }
        assert!(said.contains("logged in to"), "{said}");
        assert!(!said.contains(&token), "{said}");
        let mut found = Vec::new();
        files(desk.store.path(), &mut found);
        let ledgers = found
            .iter()
            .filter(|file| file.extension().is_some_and(|end| end == "db"));
        assert!(ledgers.count() >= 2, "{said}");
        for file in found {
            let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
            assert!(!text.contains(&token), "{}", file.display());
        }
    }
}
