"""What libraries do, as frozen values: calls which send a prompt, things that vary, things that pass text through.

The files are `rules/models/*.yaml`; `knowledge.loading` reads them. Names are dotted and fully qualified
(`anthropic.AsyncAnthropic`), as an import would give them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field

from promptlint.frozen import dataclass
from promptlint.knowledge.running import Running
from promptlint.knowledge.varying import Clock, Source, Words
from promptlint.layout import Confidence, Role, Volatility
from promptlint.request import Mode
from promptlint.settings import Setting

_DIRECTIVE = re.compile(r"%[-#_0^]?([A-Za-z%])")
STEPS = ("same", "adds", "parallel", "runs", "item")
"""What a step of a chain may give: see `Models.steps`."""


@dataclass(frozen=True, slots=True)
class Given:
    """A constructor argument which must be a certain text, or the call gives no client (`boto3.client("s3")`)."""

    argument: str
    text: str
    position: int | None = None
    """0-based position when it may be passed without its name."""


@dataclass(frozen=True, slots=True)
class Client:
    """What sends prompts: objects of a class, what a function gives, or a module."""

    name: str
    """Of the class, function or module; or of a method below one (`boto3.Session.client`): what it gives, called on an
    object of that class, or on a client."""
    library: str
    provider: str
    is_async: bool = False
    async_argument: str = ""
    """Constructor argument which, when true, makes it asynchronous (`async_client`)."""
    batch: bool = True
    """Whether the batch twin of its calls works with this client class."""
    endpoint: str = ""
    """Constructor argument which, when given, sends elsewhere than to `provider` (`base_url`)."""
    model: tuple[str, ...] = ()
    """Names of the constructor argument which says what model answers: its id, or another client, which then also tells
    provider and endpoint, and whether it is asynchronous."""
    model_position: int | None = None
    """0-based position of that argument when it may be passed without its name."""
    given: Given | None = None
    marker: Marker | None = None
    """How a breakpoint is spelled for this client, where its library leaves that to the provider."""
    twin: str = ""
    """Of a synchronous one: the asynchronous class with the same calls; empty: there is none, or not under one name."""
    differs: frozenset[str] = frozenset()
    """Constructor arguments which the twin takes too, but wants to be asynchronous themselves (`http_client`)."""
    batch_refuses: frozenset[str] = frozenset()
    """Its arguments with which it takes batches in another way."""
    until: str = ""
    """A version of the library which no longer has it; empty: it is still there."""


@dataclass(frozen=True, slots=True)
class Switch:
    """An argument which, when true, lets the library write a text of its own into the prompt."""

    volatility: Volatility | None
    because: str
    """Words for the user, as those of a source: "is the time, which agno adds"."""
    format_argument: str = ""
    """Argument beside it with a strftime format; when given, the format decides how often the text changes."""


@dataclass(frozen=True, slots=True)
class Part:
    """One argument which enters the prompt."""

    argument: str
    """Keyword name; a dotted path goes into a mapping, a record, or the JSON text of one
    (`config.system_instruction`). Empty: what functions with a decorator return, see `given_to`."""
    role: Role | None
    """None: each item tells its own role."""
    position: int | None = None
    """0-based position when it may be passed without its name: of the argument in which a path begins."""
    markable: bool = True
    """Whether something in it can carry a cache breakpoint."""
    given_to: str = ""
    """Empty: the call. `client`: the constructor of the client. `.name`: that method of the client, as often as it was
    called before. `@name`: the functions decorated with that method of the client return it."""
    many: bool = False
    """Whether it is a list of prompts, each of which is sent by itself, at full price."""
    switch: Switch | None = None
    """Set: the argument only switches on what this says."""
    history: bool = False
    """Whether the library puts the conversation so far in its place where it is not given."""
    each_turn: bool = False
    """Whether a function that is given for it is called anew before each turn, and turns go on as long as the model
    calls tools."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is outside the project and, called, is as good as a mapping of its arguments: a message, a configuration."""

    name: str
    arguments: tuple[str, ...] = ()
    """Names of the arguments that may be passed without them, in their order."""
    rest: bool = False
    """Whether the last of these takes all further positional arguments as a list."""
    role: Role | None = None
    """Role which such a message always has; None: its argument `role` tells it, or it is no message."""


@dataclass(frozen=True, slots=True)
class Form:
    """A class whose objects are prompts with places in them, filled in by name."""

    name: str
    text: str = ""
    """Argument of its constructor with its text; empty: it has messages."""
    messages: str = ""
    """The same for its messages."""
    variable: str = ""
    """The same for the name of the value which it stands for: messages that are put in its place."""
    role: Role | None = None
    """Role of the message that its text is; None: it is a text."""
    from_text: frozenset[str] = frozenset()
    """Methods of the class that make one of a text."""
    from_file: frozenset[str] = frozenset()
    """The same of a path."""
    from_messages: frozenset[str] = frozenset()
    """The same of messages."""


@dataclass(frozen=True, slots=True)
class CacheSwitch:
    """An argument which, when given and true, lets the library set breakpoints by itself."""

    argument: str
    """As that of a part: a keyword, or a dotted path into it."""
    given_to: str = ""
    """Empty: the call. `client`: the constructor of the client."""
    role: Role | None = None
    """Behind the last text of a role; None: behind the newest message of each turn, or it cannot be told where."""
    holds: frozenset[str] = frozenset()
    """What must be in the list that is given, made by one of these; empty: any value will do."""
    longer: str = ""
    """Argument beside it which, when true, makes the lifetime `ttl`."""
    ttl: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """How a cache breakpoint is spelled in a call's arguments."""

    key: str
    """Key of a block that carries the mark (`cache_control`)."""
    request: str = ""
    """Argument which asks the provider to set a breakpoint behind the last block by itself; empty: there is none."""
    since: str = ""
    """Version of the library from which on it has that argument; empty: all that anybody uses."""
    switches: tuple[CacheSwitch, ...] = ()
    injects: str = ""
    """Argument by which the library sets breakpoints, somewhere in the prompt; empty: there is none."""
    refused: frozenset[str] = frozenset()
    """Kinds of blocks that cannot carry it, or be followed by it; `empty` for one without text."""
    element: bool = False
    """Whether the mark is an element of its own behind the block (Bedrock's `cachePoint`), not a key of it."""
    mark: Mapping[str, str] = field(default_factory=dict)
    """What is written under the key (`type: ephemeral`); empty: not known, so that no mark can be written."""
    block: Mapping[str, str] = field(default_factory=dict)
    """What a block of text holds beside the text itself, which is under `text`."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call which sends a prompt."""

    path: str
    """Below a client (`messages.create`; `__call__` when the client itself is called), or the full dotted name of a
    function (`litellm.completion`)."""
    library: str
    provider: str
    prompt: tuple[Part, ...]
    """In the order in which the provider's cache reads them."""
    mode: Mode | None = None
    """None: sync or async, as the client is."""
    model: str = "model"
    """Argument which names the model; a dotted path as in a part."""
    model_position: int | None = None
    """0-based position of that argument when it may be passed without its name."""
    stream: str = ""
    """Argument which, when true, streams the answer."""
    marker: Marker | None = None
    batch: str = ""
    """The batch twin, mostly below the same client; `elsewhere`: only the provider's own SDK has it; empty: none."""
    batch_code: str = ""
    """The file in `rules/batches/` by which a loop of it can be written as a batch; empty: there is none."""
    async_batch_code: str = ""
    """The same for an asynchronous client."""
    batch_refuses: Mapping[str, str] = field(default_factory=dict)
    """Argument which is for a single call (`timeout`; a dotted path goes into one) → what only such an answer has."""
    distinctive: bool = False
    """Whether the path alone tells the call, though the client cannot be told."""
    function: bool = False
    is_async: bool = False
    """Of a function: whether it is a coroutine."""
    twin: str = ""
    """Path or name of the coroutine that does the same with the same arguments; empty: none, or the client has one."""
    amends: bool = False
    """Whether it changes a prompt that is sent in any case: what it is given is there only where it is called."""
    until: str = ""
    """A version of the library which no longer has it; empty: it is still there."""
    item: str = ""
    """Of a call which sends many prompts at once: the argument that lists them, and the key under which each item has
    what another call would be given (`requests.params`), or its place in a pair (`requests.1`)."""
    item_position: int | None = None
    """0-based position of that argument when it may be passed without its name."""
    parameters: Mapping[Setting, str] = field(default_factory=dict)
    """What is sent beside the prompt and matters to a cache: setting → argument, as a path in a part."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign that somebody waits for the answer of a call, or that nobody does."""

    kind: str
    """`call` (called in the function), `pause` (the same, no further away than the loop), `wraps` (around what a loop
    runs over), `decorator`, `parameter`, `annotation` (the type of a parameter), `import`, `path` (a word of the file's
    path), `name` (one of the function's name)."""
    names: frozenset[str]
    waiting: bool
    because: str
    weight: Confidence
    ahead: bool = False
    """Whether it is none where it stands behind the call: what is read there are no items of this loop."""


@dataclass(frozen=True, slots=True)
class Templating:
    """How code gets a template and fills it in. Names are dotted."""

    texts: frozenset[str] = frozenset()
    """What is called with the text of a template."""
    environments: frozenset[str] = frozenset()
    """Classes whose objects find templates."""
    loaders: Mapping[str, int] = field(default_factory=dict)
    """Class which an environment looks for templates with → position of its folder or folders."""
    packages: Mapping[str, int] = field(default_factory=dict)
    """The same for the folder within a package, the name of which comes first."""
    by_name: frozenset[str] = frozenset()
    """Methods of an environment that give the template of a name."""
    from_text: frozenset[str] = frozenset()
    """Methods of an environment that make a template of a text."""
    renders: frozenset[str] = frozenset()
    """Methods of a template that fill it in."""
    passes: frozenset[str] = frozenset()
    """Filters which pass a text on."""


@dataclass(frozen=True, slots=True)
class Queries:
    """How code asks a store for its newest rows. Names are the last ones of methods and functions."""

    limits: frozenset[str] = frozenset()
    """Those, and keywords, that say how many rows are given."""
    sorts: frozenset[str] = frozenset()
    """Those that say in which order."""
    descending: frozenset[str] = frozenset()
    """What they are given where the newest comes first."""
    newest: frozenset[str] = frozenset()
    """Those that give the newest messages anyway, as many as a keyword of `limits` says."""


@dataclass(frozen=True, slots=True)
class Posts:
    """How prompts are posted without a library."""

    calls: frozenset[str] = frozenset()
    """Last names of what posts."""
    bodies: frozenset[str] = frozenset()
    """Its keywords for the body."""
    tells: frozenset[str] = frozenset()
    """Keys which, all together, make a body a prompt where nothing of the address is known."""
    prompt: tuple[Part, ...] = ()
    """Keys of the body, in the order in which caches read them."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """Ends of addresses to which prompts are posted → provider, where the host does not tell."""
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Host → provider."""


@dataclass(frozen=True, slots=True)
class Models:
    """Everything in `rules/models/`, merged."""

    clients: Mapping[str, Client] = field(default_factory=dict)
    same_client: frozenset[str] = frozenset()
    """Attributes and methods of a client which give it back (`with_options`, `with_raw_response`)."""
    calls: Mapping[str, tuple[Call, ...]] = field(default_factory=dict)
    """Path below a client → the calls of that path, one for each library that has it."""
    functions: Mapping[str, Call] = field(default_factory=dict)
    """Dotted name → call."""
    records: Mapping[str, Record] = field(default_factory=dict)
    """Dotted name of a class, or of a function or method that makes an object of one → record."""
    role_words: Mapping[str, Role] = field(default_factory=dict)
    """What messages call their role, in lower case → role; the names of roles included."""
    content_keys: tuple[str, ...] = ()
    """Keys under which a message or block has its text: the first that it has is taken."""
    unseen: tuple[Part, ...] = ()
    """What a call that we cannot see into is given by these names, in the order in which caches read it."""
    prompt_names: frozenset[str] = frozenset()
    """Words of a name, in lower case, by which code says that a text is a prompt or a part of one."""
    no_prompt_names: frozenset[str] = frozenset()
    """Last words of such names of what is told of a prompt, and is no text of one."""
    tool_classes: frozenset[str] = frozenset()
    """Last words of the names, in lower case, of classes of which each object is a tool that models may call."""
    tool_texts: frozenset[str] = frozenset()
    """Attributes of such an object that models are shown."""
    imports: frozenset[str] = frozenset()
    """Modules whose import makes a file worth parsing; dotted where what is above them says nothing."""
    varies: Mapping[str, Source] = field(default_factory=dict)
    """Dotted name of a call or a name → what is known of it."""
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    units: Mapping[str, Volatility] = field(default_factory=dict)
    """Unit of time, the finest first → how often a text with it changes."""
    directives: Mapping[str, str] = field(default_factory=dict)
    """strftime directive (`%H`) → unit."""
    passes: Mapping[str, int] = field(default_factory=dict)
    """Dotted name of a function → position of the argument whose text it passes on."""
    keeps_newest: Mapping[str, int] = field(default_factory=dict)
    """Dotted name of a function → position of the list of which it gives the last items, as many as fit."""
    text_methods: frozenset[str] = frozenset()
    """Methods of strings which pass the text on."""
    unordered: Mapping[str, str] = field(default_factory=dict)
    """Dotted name of a call, or `.method` → why what it gives has no fixed order."""
    sortable: frozenset[str] = frozenset()
    """Of what has no order: what holds things that can always be sorted."""
    sortable_text: frozenset[str] = frozenset()
    """Of what has no order: what holds anything, which can be sorted if it is text."""
    orders: frozenset[str] = frozenset()
    """Calls which give an order to what has none."""
    counts: frozenset[str] = frozenset()
    """Calls whose value does not depend on the order of what they are given (`len`, `sum`, `any`)."""
    words: tuple[Words, ...] = ()
    histories: frozenset[str] = frozenset()
    """Names, in lower case, of a list of messages that grows from turn to turn (`chat_history`)."""
    sessions: frozenset[str] = frozenset()
    """What keeps values from turn to turn, for one user each (`streamlit.session_state`)."""
    conversations: frozenset[str] = frozenset()
    """What holds such a list in a state that a library keeps: fields of its classes, and functions that add to one."""
    queries: Queries = Queries()
    posts: Posts = Posts()
    signs: tuple[Sign, ...] = ()
    calls_argument: Mapping[str, int] = field(default_factory=dict)
    """Dotted name, or `.method` → position of the argument that it calls with those behind it (`asyncio.to_thread`)."""
    maps: frozenset[str] = frozenset()
    """Dotted name, or `.method`, of what calls its first argument for each item of the second, or of its own object."""
    parallel: frozenset[str] = frozenset()
    """Dotted name, or `.method`, of what runs several calls side by side (`asyncio.gather`, `.map`)."""
    running: Running = Running()
    pauses: frozenset[str] = frozenset()
    """Dotted name of what waits for as many seconds as its first argument says."""
    functions_by_name: frozenset[str] = frozenset()
    """Keywords under which a function is passed that is called with the other arguments."""
    templating: Templating = Templating()
    forms: Mapping[str, Form] = field(default_factory=dict)
    """Name → the class of that name whose objects are prompts with places in them."""
    fills: frozenset[str] = frozenset()
    """Methods of such an object that fill it in."""
    filled: frozenset[str] = frozenset()
    """Methods of a prompt that is filled in which give it as texts or messages."""
    steps: Mapping[str, str] = field(default_factory=dict)
    """What makes a step of a chain → what the step gives: `same` as it is given, that and what its keywords give
    (`adds`), what its keywords give (`parallel`), what its argument gives (`runs`), or an `item` of it."""
    provider_by_model: Mapping[str, str] = field(default_factory=dict)
    """Start of a model id (`bedrock/`, `claude-`) → provider, for libraries which send to several. The longest wins."""
    batch_codes: Mapping[str, str] = field(default_factory=dict)
    """File in `rules/batches/` → what it holds: a function that sends a list of requests as batches, in Python."""
    examples: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """(file, Python source, the roles or volatilities which reading it must give)."""

    def named(self, name: str) -> Words | None:
        """What a name says of its value: looked up whole, then by its last word. Python's own names say nothing."""
        if name.startswith("__"):
            return None
        whole = name.lower().strip("_")
        last = whole.rpartition("_")[2]
        return next((words for words in self.words if whole in words.words or last in words.words), None)

    def finest_unit(self, text: str) -> str | None:
        """The finest unit of time that a strftime format shows; None when it shows none."""
        shown = [self.directives[f"%{d}"] for d in _DIRECTIVE.findall(text) if f"%{d}" in self.directives]
        return min(shown, key=list(self.units).index) if shown else None
