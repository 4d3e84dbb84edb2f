//! The defaults of a profile, for operations of the API. A flag comes first.
//! Pure.

use crate::catalog::Object;
use crate::cli::Options;
use crate::commands::call::args::Call;
use crate::config::profile::Profile;
use crate::output::Format;

/// The options with the output format and the columns of a profile.
///
/// `usual` is the format where none is chosen. Columns that the object does not
/// have are left out; where none remain, the usual ones are shown. A dry run,
/// a filter and a count print what they print without a profile.
pub(in crate::commands) fn options(
    options: &Options,
    profile: &Profile,
    usual: Format,
    list_of: Option<&Object>,
) -> Options {
    let mut options = options.clone();
    let asked = &options.output;
    if options.dry_run.is_some() || asked.jq.is_some() || asked.count {
        return options;
    }
    let output = &mut options.output;
    if output.format.is_none() && !output.excel {
        output.format = profile.output.as_deref().and_then(Format::named);
    }
    let has_columns = output.excel || output.format.unwrap_or(usual).has_columns();
    if let (None, Some(columns), Some(object), true) =
        (&output.columns, &profile.columns, list_of, has_columns)
    {
        let columns = columns.split(',').map(str::trim).filter(|column| {
            let field = column.split('.').next().unwrap_or(column);
            object.field(field).is_some()
        });
        let columns: Vec<&str> = columns.collect();
        output.columns = (!columns.is_empty()).then(|| columns.join(","));
    }
    options
}

/// The call with the limit of a profile, if that applies: to lists that have no
/// limit of their own. The whole list is counted.
pub(in crate::commands) fn limited(
    options: &Options,
    profile: &Profile,
    call: &Call,
) -> Option<Call> {
    let limit = profile.limit.filter(|_| {
        let is_whole = options.dry_run.is_some() || options.output.count;
        !is_whole && call.operation.pages() && call.paging.limit.is_none()
    })?;
    let mut call = call.clone();
    call.paging.limit = Some(limit);
    Some(call)
}

#[cfg(test)]
mod tests {
    use crate::config::profile::OUTPUT_FORMATS;
    use crate::output::Format;

    #[test]
    fn formats_of_a_profile_are_those_of_the_output() {
        assert_eq!(OUTPUT_FORMATS, Format::ALL.map(Format::name));
    }
}
