// What Accord needs of libphonenumber: what a text means as a telephone number, and what is known of such a number.
//
// Google's library is C++, which Swift can call only in a mode that would bind every module of the program.
// Every function may be called from any thread.
#ifndef CPHONE_H
#define CPHONE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How the length of a number compares with those that its country's numbers have.
typedef enum {
    CPHONE_LENGTH_FITS,
    /// It fits, and yet of the numbers that begin with the same digit none that the library gives as an example is so long.
    CPHONE_LENGTH_UNUSUAL,
    /// It is whole only for callers of the same place: a number without its area code.
    CPHONE_LENGTH_LOCAL,
    CPHONE_TOO_SHORT,
    CPHONE_TOO_LONG,
    /// Between two lengths, or with a country's code that no country has.
    CPHONE_LENGTH_WRONG,
} cphone_length;

typedef enum {
    CPHONE_READ,
    /// Without a country's code, and nothing says which country's it is.
    CPHONE_COUNTRY_UNKNOWN,
    CPHONE_NO_NUMBER,
    /// No country's number has so few, or so many, digits.
    CPHONE_FEWER_THAN_ANY,
    CPHONE_MORE_THAN_ANY,
} cphone_status;

enum { CPHONE_E164_SIZE = 32 };

typedef struct {
    /// `+`, the country's code, the national number; ends with 0.
    char e164[CPHONE_E164_SIZE];
    /// How many bytes of it come before the national number.
    size_t national;
    cphone_length length;
    /// How many digits the extension has that stood behind the number; 0 if there is none.
    size_t extension;
} cphone_number;

/// What is known of a number's range.
typedef enum {
    /// It belongs to no range that the library knows.
    CPHONE_UNKNOWN_RANGE,
    CPHONE_MOBILE_RANGE,
    CPHONE_OTHER_RANGE,
} cphone_range;

/// Reads a text.
///
/// - Parameters:
///   - text: UTF-8, which need not end with 0.
///   - country: of numbers without a country's code (ISO 3166, two capital letters); an empty text for none.
cphone_status cphone_read(const char *text, size_t size, const char *country, cphone_number *number);

/// - Parameter e164: as `cphone_read` gave it.
cphone_range cphone_range_of(const char *e164);

/// Whether `country` (ISO 3166, two capital letters) is one whose numbers the library knows.
bool cphone_knows(const char *country);

#ifdef __cplusplus
}
#endif

#endif
