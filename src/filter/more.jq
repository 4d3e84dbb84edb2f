# What jq has and jaq leaves out, or does in another way.

# `halt_error` ends the program in jq; here it is an error like any other,
# since the process is not the filter's to end.
def halt_error: error;
def halt_error($exit_code): error;

def toarray: if isarray then . else [.] end;
def have_literal_numbers: true;
def have_decnum: false;
def leaf_paths: paths(scalars);
def ascii: [.] | implode;
def date: todate;
def dateadd(unit; n): . + n;
def datesub(unit; n): . - n;

# In jq %z is +0000, +00:00 or Z; jaq reads the first of these only. The reason
# is that for the format as it was given.
def strptime($format):
  . as $text
  | def __read($offset):
      ($format | gsub("(?<before>(^|[^%])(%%)*)%z"; "\(.before)\($offset)")) as $other
      | $text | __strptime($other);
    try __strptime($format) catch (. as $why
      | try __read("%:z") catch try __read("Z") catch ($why | error));

def IN(xs): . as $x | any(xs == $x; .);
def IN(from; xs): any(from == xs; .);
def INDEX(from; f): reduce from as $row ({}; .[$row | f | tostring] = $row);
def INDEX(f): INDEX(.[]; f);
def JOIN($index; f): [.[] | [., $index[f]]];
def JOIN($index; from; f): from | [., $index[f]];
def JOIN($index; from; f; join): from | [., $index[f]] | join;

# What is no text has no beginning and no end to lose.
def ltrimstr($x):
  if isstring and ($x | isstring) and startswith($x) then .[($x | length):] end;
def rtrimstr($x):
  if isstring and ($x | isstring) and endswith($x) then .[:length - ($x | length)] end;
def trimstr($x): ltrimstr($x) | rtrimstr($x);

# Null is an empty text, and what has parts is refused.
def join($between):
  reduce .[] as $item (null;
    (if . == null then "" else . + $between end)
    + ($item | if . == null then "" elif isboolean or isnumber then tostring end))
  // "";

# A text is one number or none; as in jq, one is called "nan".
def __tonumber:
  if isnumber then .
  elif . == "nan" then nan
  else
    (if isstring then try [fromjson] catch [] else [] end) as $read
    | if ($read | length) == 1 and ($read[0] | isnumber) then $read[0]
      else error("\(tojson) is no number") end
  end;
def tonumber: if isnumber then . else __number // __tonumber end;

# All the names that jq takes for a key and a value.
def from_entries:
  reduce .[] as $entry ({}; . + ($entry | {
    ([.key, .k, .name, .Name, .K, .Key | values][0] | if isstring then . else tojson end):
      (if has("value") then .value elif has("v") then .v else .Value end)
  }));

# Null becomes what the path asks for, and a list grows to the place.
def setpath($path; $x):
  if $path == [] then $x
  else
    $path[0] as $key
    | if . == null then (if $key | isstring then {} else [] end) end
    | if isarray and ($key | isnumber) and $key >= length
      then if $key > 1000000 then error("the index \($key) is too large") else . end
        | . + [range(length; $key) | null] + [null | setpath($path[1:]; $x)]
      else .[$key] |= setpath($path[1:]; $x) end
  end;

# From the last path to the first, so that none moves before its turn; what is
# not there is gone already.
def delpaths($paths):
  reduce ($paths | unique | reverse)[] as $path (.;
    if $path == [] then null
    else
      $path[-1] as $key
      | getpath($path[:-1]) as $whole
      | if $whole == null
          or ($whole | isarray) and ($key | isnumber)
          and ($key >= ($whole | length) or $key < -($whole | length))
        then . else getpath($path) |= empty end
    end);
def del(f): delpaths([path(f)]);

# A group has a name, if only null; and a pattern may stand with its flags.
def match(re; flags):
  matches(re; flags)[] | .[0] + {captures: [.[1:][] | . + {name}]};
def pattern_of(f): if isarray then {re: .[0], flags: (.[1] // "")} else {re: ., flags: ""} end | f;
def match(re): re as $re | . as $text | $re | pattern_of(. as $p | $text | match($p.re; $p.flags));
def test(re): re as $re | . as $text | $re | pattern_of(. as $p | $text | test($p.re; $p.flags));
def capture(re): re as $re | . as $text | $re | pattern_of(. as $p | $text | capture($p.re; $p.flags));
def scan(re): re as $re | . as $text | $re | pattern_of(. as $p | $text | scan($p.re; $p.flags));

# A format by its name.
def format($name):
  if $name == "text" then @text
  elif $name == "json" then @json
  elif $name == "csv" then @csv
  elif $name == "tsv" then @tsv
  elif $name == "html" then @html
  elif $name == "uri" then @uri
  elif $name == "urid" then @urid
  elif $name == "sh" then @sh
  elif $name == "base64" then @base64
  elif $name == "base64d" then @base64d
  else error("\($name) is no format") end;

# Values as a stream of their leaves, and back.
def tostream:
  def leaves($at):
    if (isarray or isobject) and length > 0
    then keys_unsorted as $keys
      | ($keys[] as $key | .[$key] | leaves($at + [$key])), [$at + [$keys[-1]]]
    else [$at, .] end;
  leaves([]);
def fromstream(events):
  foreach events as $event ([null, false];
    (if .[1] then null else .[0] end) as $whole
    | if ($event | length) == 2
      then [($whole | setpath($event[0]; $event[1])), $event[0] == []]
      else [$whole, ($event[0] | length) == 1] end;
    if .[1] then .[0] else empty end);
def truncate_stream(events):
  . as $levels | events | select(.[0] | length > $levels) | [.[0][$levels:]] + .[1:];

# What lists lack on the way to a part is null.
def pick(parts):
  . as $whole | reduce path(parts) as $path (null; setpath($path; $whole | getpath($path)));
