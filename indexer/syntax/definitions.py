"""What defines a name, language by language, as queries on syntax trees.

A line is a kind and a pattern: ``@d`` is the definition, ``@n`` its name. Node names are those of
the official grammars.
"""

_JAVASCRIPT = """
function (function_declaration name: (identifier) @n) @d
function (generator_function_declaration name: (identifier) @n) @d
class (class_declaration name: (_) @n) @d
method (method_definition name: (_) @n) @d
function (variable_declarator name: (identifier) @n value: [(arrow_function) (function_expression)]) @d
class (variable_declarator name: (identifier) @n value: (class)) @d
function (assignment_expression left: (member_expression property: (property_identifier) @n) right: [(arrow_function) (function_expression) (class)]) @d
function (assignment_expression left: (identifier) @n right: [(arrow_function) (function_expression)]) @d
function (pair key: (property_identifier) @n value: [(arrow_function) (function_expression)]) @d
constant (program (lexical_declaration (variable_declarator name: (identifier) @n) @d))
constant (program (variable_declaration (variable_declarator name: (identifier) @n) @d))
constant (program (export_statement (lexical_declaration (variable_declarator name: (identifier) @n) @d)))
"""
_TYPESCRIPT = (
    _JAVASCRIPT
    + """
class (abstract_class_declaration name: (_) @n) @d
interface (interface_declaration name: (_) @n) @d
type (type_alias_declaration name: (_) @n) @d
enum (enum_declaration name: (_) @n) @d
method (method_signature name: (_) @n) @d
method (abstract_method_signature name: (_) @n) @d
function (function_signature name: (_) @n) @d
module (internal_module name: (_) @n) @d
module (module name: (_) @n) @d
property (public_field_definition name: (_) @n value: [(arrow_function) (function_expression)]) @d
"""
)
_C = """
function (function_definition declarator: (function_declarator declarator: (_) @n)) @d
function (function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @n))) @d
function (function_definition declarator: (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @n)))) @d
struct (struct_specifier name: (_) @n body: (_)) @d
union (union_specifier name: (_) @n body: (_)) @d
enum (enum_specifier name: (_) @n body: (_)) @d
type (type_definition declarator: (type_identifier) @n) @d
macro (preproc_def name: (identifier) @n) @d
macro (preproc_function_def name: (identifier) @n) @d
"""
_SOURCES = {
    "python": """
function (function_definition name: (identifier) @n) @d
class (class_definition name: (identifier) @n) @d
constant (module (expression_statement (assignment left: (identifier) @n) @d))
type (type_alias_statement left: (type (identifier) @n)) @d
""",
    "javascript": _JAVASCRIPT
    + """
property (field_definition property: (_) @n value: [(arrow_function) (function_expression)]) @d
""",
    "typescript": _TYPESCRIPT,
    "tsx": _TYPESCRIPT,
    "go": """
function (function_declaration name: (identifier) @n) @d
method (method_declaration name: (field_identifier) @n) @d
type (type_spec name: (type_identifier) @n) @d
type (type_alias name: (type_identifier) @n) @d
constant (source_file (const_declaration (const_spec name: (identifier) @n) @d))
variable (source_file (var_declaration (var_spec name: (identifier) @n) @d))
variable (source_file (var_declaration (var_spec_list (var_spec name: (identifier) @n) @d)))
""",
    "rust": """
function (function_item name: (identifier) @n) @d
function (function_signature_item name: (identifier) @n) @d
struct (struct_item name: (type_identifier) @n) @d
enum (enum_item name: (type_identifier) @n) @d
union (union_item name: (type_identifier) @n) @d
trait (trait_item name: (type_identifier) @n) @d
impl (impl_item type: (type_identifier) @n) @d
impl (impl_item type: (generic_type type: (type_identifier) @n)) @d
impl (impl_item type: (scoped_type_identifier name: (type_identifier) @n)) @d
impl (impl_item type: (generic_type type: (scoped_type_identifier name: (type_identifier) @n))) @d
impl (impl_item type: (reference_type type: (type_identifier) @n)) @d
macro (macro_definition name: (identifier) @n) @d
module (mod_item name: (identifier) @n) @d
type (type_item name: (type_identifier) @n) @d
constant (const_item name: (identifier) @n) @d
constant (static_item name: (identifier) @n) @d
""",
    "java": """
class (class_declaration name: (identifier) @n) @d
interface (interface_declaration name: (identifier) @n) @d
enum (enum_declaration name: (identifier) @n) @d
class (record_declaration name: (identifier) @n) @d
interface (annotation_type_declaration name: (identifier) @n) @d
method (method_declaration name: (identifier) @n) @d
method (constructor_declaration name: (identifier) @n) @d
method (compact_constructor_declaration name: (identifier) @n) @d
""",
    "c": _C,
    "cpp": _C
    + """
class (class_specifier name: (_) @n body: (_)) @d
module (namespace_definition name: (_) @n) @d
function (function_definition declarator: (reference_declarator (function_declarator declarator: (_) @n))) @d
type (alias_declaration name: (type_identifier) @n) @d
concept (concept_definition name: (identifier) @n) @d
""",
    "csharp": """
class (class_declaration name: (identifier) @n) @d
class (record_declaration name: (identifier) @n) @d
struct (struct_declaration name: (identifier) @n) @d
interface (interface_declaration name: (identifier) @n) @d
enum (enum_declaration name: (identifier) @n) @d
method (method_declaration name: (identifier) @n) @d
method (constructor_declaration name: (identifier) @n) @d
property (property_declaration name: (identifier) @n) @d
type (delegate_declaration name: (identifier) @n) @d
function (compilation_unit (global_statement (local_function_statement name: (identifier) @n) @d))
""",
    "ruby": """
method (method name: (_) @n) @d
method (singleton_method name: (_) @n) @d
class (class name: (_) @n) @d
module (module name: (_) @n) @d
constant (assignment left: (constant) @n) @d
method (call method: (identifier) @_m arguments: (argument_list (simple_symbol) @n) (#any-of? @_m "define_method" "attr_accessor" "attr_reader" "attr_writer" "def_node_matcher" "delegate")) @d
""",
    "php": """
function (function_definition name: (name) @n) @d
method (method_declaration name: (name) @n) @d
class (class_declaration name: (name) @n) @d
interface (interface_declaration name: (name) @n) @d
trait (trait_declaration name: (name) @n) @d
enum (enum_declaration name: (name) @n) @d
constant (const_element (name) @n) @d
""",
    "kotlin": """
class (class_declaration name: (identifier) @n) @d
object (object_declaration name: (identifier) @n) @d
function (function_declaration name: (identifier) @n) @d
type (type_alias type: (identifier) @n) @d
constant (source_file (property_declaration (variable_declaration (identifier) @n)) @d)
""",
    "swift": """
class (class_declaration name: (_) @n) @d
protocol (protocol_declaration name: (_) @n) @d
function (function_declaration name: (simple_identifier) @n) @d
function (protocol_function_declaration name: (simple_identifier) @n) @d
method (init_declaration name: _ @n) @d
type (typealias_declaration . name: (type_identifier) @n) @d
constant (source_file (property_declaration name: (pattern bound_identifier: (simple_identifier) @n)) @d)
""",
    "bash": """
function (function_definition name: (word) @n) @d
""",
    "json": """
key (document (object (pair key: (string (string_content) @n)) @d))
key (document (object (pair value: (object (pair key: (string (string_content) @n)) @d))))
""",
    "yaml": """
key (document (block_node (block_mapping (block_mapping_pair key: (_) @n) @d)))
key (document (block_node (block_mapping (block_mapping_pair value: (block_node (block_mapping (block_mapping_pair key: (_) @n) @d))))))
""",
    "toml": """
key (table [(bare_key) (dotted_key) (quoted_key)] @n) @d
key (table_array_element [(bare_key) (dotted_key) (quoted_key)] @n) @d
key (document (pair [(bare_key) (dotted_key) (quoted_key)] @n) @d)
""",
    "markdown": """
heading (section (atx_heading heading_content: (inline) @n)) @d
heading (setext_heading heading_content: (_) @n) @d
""",
}
# Kinds that hold others: a name inside one is shown with it (`Session.request`).
HOLDERS = frozenset(
    {"class", "interface", "struct", "trait", "impl", "module", "enum", "object", "protocol"}
)
# Keys and headings are places to cut at, not names that code refers to.
NOT_SYMBOLS = frozenset({"key", "heading"})


def _lines(source: str) -> tuple[tuple[str, str], ...]:
    rows = (line.partition(" ") for line in source.splitlines() if line)
    return tuple((kind, pattern) for kind, _, pattern in rows)


DEFINITIONS = {language: _lines(source) for language, source in _SOURCES.items()}
