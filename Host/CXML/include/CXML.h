// XML read safely and checked against a schema, over libxml2. Portals' adapters and the portal emulator call it; Swift
// can't alone, because libxml2's error callbacks are variadic. Plain types only: importers need no libxml2 header.
//
// Safe means: no network, no external entity, no document type declaration at all (so no entity can be defined), a
// bound on size, and libxml2's own bounds on depth (256) and names, which are never lifted.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cxml_document cxml_document_t;
typedef struct cxml_schema cxml_schema_t;
/// An element of a document; lives as long as the document.
typedef struct cxml_element cxml_element_t;

typedef enum cxml_code {
    CXML_OK = 0,
    CXML_NO_MEMORY = 1,
    CXML_TOO_LARGE = 2,
    /// Not well-formed XML.
    CXML_MALFORMED = 3,
    /// It has a document type declaration.
    CXML_DECLARATION = 4,
    /// Well formed, and against the schema.
    CXML_INVALID = 5,
    /// The schema itself can't be read.
    CXML_BAD_SCHEMA = 6,
} cxml_code_t;

/// What is wrong and where. Never libxml2's own message: that quotes the value, which is a citizen's.
typedef struct cxml_error {
    cxml_code_t code;
    /// libxml2's number of the error (xmlerror.h), for example 1871: an element that is not expected here.
    int32_t number;
    int32_t line;
    /// The element's local name, or empty.
    char element[64];
} cxml_error_t;

/// Any thread. Copies nothing of `bytes` beyond the call. Null with `error_out` filled when refused.
cxml_document_t *cxml_document_read(const uint8_t *bytes, size_t size, size_t size_max, cxml_error_t *error_out);
void cxml_document_free(cxml_document_t *document);

/// Reads an XSD text. The schema may then be used from one thread at a time.
cxml_schema_t *cxml_schema_read(const uint8_t *bytes, size_t size, cxml_error_t *error_out);
void cxml_schema_free(cxml_schema_t *schema);
/// True when the document obeys; else `error_out` holds the first offence.
bool cxml_schema_check(cxml_schema_t *schema, cxml_document_t *document, cxml_error_t *error_out);

// The walk: read-only, any thread, strings live as long as the document unless said otherwise.

const cxml_element_t *cxml_document_root(const cxml_document_t *document);
/// The local name, without a prefix.
const char *cxml_element_name(const cxml_element_t *element);
/// The namespace's URI, or an empty string.
const char *cxml_element_namespace(const cxml_element_t *element);
const cxml_element_t *cxml_element_first_child(const cxml_element_t *element);
const cxml_element_t *cxml_element_next(const cxml_element_t *element);
/// The text directly inside, without that of children; null without memory. Freed with `cxml_text_free`.
char *cxml_element_text(const cxml_element_t *element);
/// The value of an attribute without a namespace, or null when there is none. Freed with `cxml_text_free`.
char *cxml_element_attribute(const cxml_element_t *element, const char *name);
void cxml_text_free(char *text);
