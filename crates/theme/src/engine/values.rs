//! The data of a page as values that templates can change: lists with
//! `append`, and lists of images that also answer by size.

use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Enumerator, Object, ObjectRepr, Value, from_args};
use minijinja::{Error, ErrorKind, State};

/// A list that methods change in place, as lists of Python.
#[derive(Debug)]
pub(super) struct OwnList {
    items: Mutex<Vec<Value>>,
}

impl OwnList {
    pub(super) fn value(items: Vec<Value>) -> Value {
        Value::from_object(Self {
            items: Mutex::new(items),
        })
    }

    fn with<T>(&self, change: impl FnOnce(&mut Vec<Value>) -> T) -> T {
        change(&mut self.items.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Object for OwnList {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let index = key.as_usize()?;
        self.with(|items| items.get(index).cloned())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        // A copy: templates change lists while they loop over them.
        Enumerator::Values(self.with(|items| items.clone()))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.with(|items| items.len()))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "append" => {
                let (item,): (Value,) = from_args(args)?;
                let is_itself = item
                    .downcast_object::<Self>()
                    .is_some_and(|other| Arc::ptr_eq(&other, self));
                if is_itself {
                    return Err(Error::new(
                        ErrorKind::InvalidOperation,
                        "a list cannot contain itself",
                    ));
                }
                state.consume_fuel(1)?;
                self.with(|items| items.push(item));
            }
            "extend" => {
                let (more,): (Value,) = from_args(args)?;
                let more: Vec<Value> = more.try_iter()?.collect();
                state.consume_fuel(more.len() as u64)?;
                self.with(|items| items.extend(more));
            }
            "insert" => {
                let (index, item): (usize, Value) = from_args(args)?;
                state.consume_fuel(1)?;
                self.with(|items| items.insert(index.min(items.len()), item));
            }
            "pop" => {
                let (index,): (Option<usize>,) = from_args(args)?;
                let taken = self.with(|items| match index {
                    None => items.pop(),
                    Some(index) if index < items.len() => Some(items.remove(index)),
                    Some(_) => None,
                });
                let missing = || Error::new(ErrorKind::InvalidOperation, "pop from an empty list");
                return taken.ok_or_else(missing);
            }
            "remove" => {
                let (item,): (Value,) = from_args(args)?;
                self.with(|items| {
                    if let Some(index) = items.iter().position(|each| *each == item) {
                        items.remove(index);
                    }
                });
            }
            "reverse" => self.with(|items| items.reverse()),
            "sort" => self.with(|items| items.sort()),
            "clear" => self.with(Vec::clear),
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        }
        Ok(Value::from(()))
    }
}

/// The images of a product. The reference shows a list of sizes, themes read
/// sizes by name: both work.
#[derive(Debug)]
struct Images {
    list: Vec<Value>,
    sizes: Value,
}

impl Object for Images {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_usize() {
            Some(index) => self.list.get(index).cloned(),
            None => self
                .sizes
                .get_item(key)
                .ok()
                .filter(|value| !value.is_undefined()),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.list.clone())
    }
}

/// The names of sizes of images.
const SIZES: [&str; 4] = ["small", "medium", "large", "original"];

/// JSON as values of a template.
pub(super) fn from_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::from(()),
        serde_json::Value::Bool(value) => Value::from(*value),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Value::from(whole),
            (None, Some(whole)) => Value::from(whole),
            (None, None) => Value::from(number.as_f64().unwrap_or_default()),
        },
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => OwnList::value(items.iter().map(from_json).collect()),
        serde_json::Value::Object(members) => {
            Value::from_pairs(members.iter().map(|(name, value)| {
                let value = if name == "images" {
                    images(value)
                } else {
                    from_json(value)
                };
                (name.as_str(), value)
            }))
        }
    }
}

fn images(json: &serde_json::Value) -> Value {
    let has_size = |value: &serde_json::Value| SIZES.iter().any(|size| value.get(size).is_some());
    match json {
        serde_json::Value::Object(_) if has_size(json) => {
            let sizes = from_json(json);
            Value::from_object(Images {
                list: vec![sizes.clone()],
                sizes,
            })
        }
        serde_json::Value::Array(items) if items.first().is_some_and(has_size) => {
            let list: Vec<Value> = items.iter().map(from_json).collect();
            let sizes = list.first().cloned().unwrap_or_default();
            Value::from_object(Images { list, sizes })
        }
        _ => from_json(json),
    }
}
