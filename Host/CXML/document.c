// Safe reading of XML and the walk over it. See CXML.h for what safe means.
#define _GNU_SOURCE
#include "CXML.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <libxml/xmlschemas.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct cxml_document {
    xmlDoc doc;
};

// The schema's parts point into the document that it was read from, so both live as long.
struct cxml_schema {
    xmlSchemaPtr schema;
    xmlDocPtr source;
};

static pthread_once_t global_once = PTHREAD_ONCE_INIT;

static xmlParserInputPtr no_entity(const char *url, const char *id, xmlParserCtxtPtr parser) {
    (void)url, (void)id, (void)parser;
    return NULL;
}

static void global_start(void) {
    xmlInitParser();
    xmlSetExternalEntityLoader(no_entity);
}

static void fill(cxml_error_t *error, cxml_code_t code, const xmlError *raw) {
    if (error->code != CXML_OK) return;
    error->code = code;
    if (!raw) return;
    error->number = raw->code;
    error->line = raw->line;
    const xmlNode *node = raw->node;
    if (node && node->type == XML_ATTRIBUTE_NODE) node = node->parent;
    if (node && node->type == XML_ELEMENT_NODE && node->name) {
        strncpy(error->element, (const char *)node->name, sizeof error->element - 1);
    }
}

// A document type declaration is the door for entities: the parser stops at it, before it reads one.
static void on_declaration(void *context, const xmlChar *name, const xmlChar *id, const xmlChar *url) {
    (void)name, (void)id, (void)url;
    xmlParserCtxtPtr parser = context;
    *(bool *)parser->_private = true;
    xmlStopParser(parser);
}

static xmlDocPtr read_bytes(const uint8_t *bytes, size_t size, cxml_error_t *error) {
    pthread_once(&global_once, global_start);
    memset(error, 0, sizeof *error);
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    if (!parser) {
        fill(error, CXML_NO_MEMORY, NULL);
        return NULL;
    }
    bool declared = false;
    parser->_private = &declared;
    parser->sax->internalSubset = on_declaration;
    int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
    xmlDocPtr doc = xmlCtxtReadMemory(parser, (const char *)bytes, (int)size, NULL, NULL, options);
    bool good = doc && parser->wellFormed && !declared && !doc->intSubset && !doc->extSubset
        && xmlDocGetRootElement(doc);
    if (!good) {
        fill(error, declared ? CXML_DECLARATION : CXML_MALFORMED, declared ? NULL : xmlCtxtGetLastError(parser));
        if (doc) xmlFreeDoc(doc);
        doc = NULL;
    }
    xmlFreeParserCtxt(parser);
    return doc;
}

cxml_document_t *cxml_document_read(const uint8_t *bytes, size_t size, size_t size_max, cxml_error_t *error_out) {
    if (size > size_max || size > INT32_MAX) {
        memset(error_out, 0, sizeof *error_out);
        fill(error_out, CXML_TOO_LARGE, NULL);
        return NULL;
    }
    return (cxml_document_t *)read_bytes(bytes, size, error_out);
}

void cxml_document_free(cxml_document_t *document) {
    if (document) xmlFreeDoc(&document->doc);
}

// libxml2 prints schema errors to stderr unless a callback takes them, with the value in them.
static void on_schema_error(void *context, xmlErrorPtr raw) { fill(context, CXML_BAD_SCHEMA, raw); }
static void on_invalid(void *context, xmlErrorPtr raw) { fill(context, CXML_INVALID, raw); }

cxml_schema_t *cxml_schema_read(const uint8_t *bytes, size_t size, cxml_error_t *error_out) {
    xmlDocPtr source = read_bytes(bytes, size, error_out);
    if (!source) return NULL;
    cxml_schema_t *schema = calloc(1, sizeof *schema);
    xmlSchemaParserCtxtPtr parser = schema ? xmlSchemaNewDocParserCtxt(source) : NULL;
    if (!parser) {
        fill(error_out, CXML_NO_MEMORY, NULL);
        free(schema);
        xmlFreeDoc(source);
        return NULL;
    }
    schema->source = source;
    xmlSchemaSetParserStructuredErrors(parser, on_schema_error, error_out);
    schema->schema = xmlSchemaParse(parser);
    xmlSchemaFreeParserCtxt(parser);
    if (schema->schema) return schema;
    fill(error_out, CXML_BAD_SCHEMA, NULL);
    cxml_schema_free(schema);
    return NULL;
}

void cxml_schema_free(cxml_schema_t *schema) {
    if (!schema) return;
    if (schema->schema) xmlSchemaFree(schema->schema);
    xmlFreeDoc(schema->source);
    free(schema);
}

bool cxml_schema_check(cxml_schema_t *schema, cxml_document_t *document, cxml_error_t *error_out) {
    memset(error_out, 0, sizeof *error_out);
    xmlSchemaValidCtxtPtr checker = xmlSchemaNewValidCtxt(schema->schema);
    if (!checker) {
        fill(error_out, CXML_NO_MEMORY, NULL);
        return false;
    }
    xmlSchemaSetValidStructuredErrors(checker, on_invalid, error_out);
    int offences = xmlSchemaValidateDoc(checker, &document->doc);
    xmlSchemaFreeValidCtxt(checker);
    if (offences != 0) fill(error_out, CXML_INVALID, NULL);
    return offences == 0;
}

// An element's handle is libxml2's node itself.
static const xmlNode *node_of(const cxml_element_t *element) { return (const xmlNode *)element; }

static const cxml_element_t *first_element(const xmlNode *node) {
    while (node && node->type != XML_ELEMENT_NODE) node = node->next;
    return (const cxml_element_t *)node;
}

const cxml_element_t *cxml_document_root(const cxml_document_t *document) {
    return (const cxml_element_t *)xmlDocGetRootElement((xmlDocPtr)&document->doc);
}

const char *cxml_element_name(const cxml_element_t *element) { return (const char *)node_of(element)->name; }

const char *cxml_element_namespace(const cxml_element_t *element) {
    const xmlNs *namespace = node_of(element)->ns;
    return namespace && namespace->href ? (const char *)namespace->href : "";
}

const cxml_element_t *cxml_element_first_child(const cxml_element_t *element) {
    return first_element(node_of(element)->children);
}

const cxml_element_t *cxml_element_next(const cxml_element_t *element) { return first_element(node_of(element)->next); }

char *cxml_element_text(const cxml_element_t *element) {
    const xmlNode *child = node_of(element)->children;
    size_t size = 0;
    for (const xmlNode *node = child; node; node = node->next) {
        if (node->type == XML_TEXT_NODE && node->content) size += strlen((const char *)node->content);
    }
    char *text = malloc(size + 1);
    if (!text) return NULL;
    size_t at = 0;
    for (const xmlNode *node = child; node; node = node->next) {
        if (node->type != XML_TEXT_NODE || !node->content) continue;
        size_t count = strlen((const char *)node->content);
        memcpy(text + at, node->content, count);
        at += count;
    }
    text[at] = 0;
    return text;
}

char *cxml_element_attribute(const cxml_element_t *element, const char *name) {
    xmlChar *value = xmlGetNoNsProp(node_of(element), (const xmlChar *)name);
    if (!value) return NULL;
    char *text = strdup((const char *)value);
    xmlFree(value);
    return text;
}

void cxml_text_free(char *text) { free(text); }
