#include "cphone.h"

#include <phonenumbers/phonenumberutil.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <string>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

namespace {

// The library's word for no country at all.
const char NOWHERE[] = "ZZ";

// Made by the first caller, whichever thread that is on; it is not changed after.
const PhoneNumberUtil &library() { return *PhoneNumberUtil::GetInstance(); }

cphone_status status_of(PhoneNumberUtil::ErrorType error) {
    switch (error) {
    case PhoneNumberUtil::NO_PARSING_ERROR: return CPHONE_READ;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR: return CPHONE_COUNTRY_UNKNOWN;
    case PhoneNumberUtil::NOT_A_NUMBER: return CPHONE_NO_NUMBER;
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN: return CPHONE_FEWER_THAN_ANY;
    case PhoneNumberUtil::TOO_LONG_NSN: return CPHONE_MORE_THAN_ANY;
    }
    return CPHONE_NO_NUMBER;
}

std::string national_of(const PhoneNumber &number) {
    std::string national;
    library().GetNationalSignificantNumber(number, &national);
    return national;
}

// Of one country's code, by the first digit of the national number: a bit for each length.
typedef std::array<uint32_t, 10> lengths;

std::map<int, lengths> lengths_of_examples() {
    std::set<int> codes;
    library().GetSupportedCallingCodes(&codes);
    std::map<int, lengths> all;
    for (int code : codes) {
        std::string region;
        library().GetRegionCodeForCountryCode(code, &region);
        for (int kind = PhoneNumberUtil::FIXED_LINE; kind <= PhoneNumberUtil::VOICEMAIL; ++kind) {
            PhoneNumber example;
            auto type = static_cast<PhoneNumberUtil::PhoneNumberType>(kind);
            if (!library().GetExampleNumberForType(region, type, &example)) continue;
            auto national = national_of(example);
            all[code][national[0] - '0'] |= 1u << national.size();
        }
    }
    return all;
}

bool is_as_long_as_an_example(const PhoneNumber &number, const std::string &national) {
    static const std::map<int, lengths> examples = lengths_of_examples();
    auto found = examples.find(number.country_code());
    if (found == examples.end() || national.empty()) return true;
    uint32_t known = found->second[national[0] - '0'];
    return known == 0 || (known >> national.size() & 1u);
}

cphone_length length_of(const PhoneNumber &number, const std::string &national) {
    switch (library().IsPossibleNumberWithReason(number)) {
    case PhoneNumberUtil::IS_POSSIBLE:
        return is_as_long_as_an_example(number, national) ? CPHONE_LENGTH_FITS : CPHONE_LENGTH_UNUSUAL;
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY: return CPHONE_LENGTH_LOCAL;
    case PhoneNumberUtil::TOO_SHORT: return CPHONE_TOO_SHORT;
    case PhoneNumberUtil::TOO_LONG: return CPHONE_TOO_LONG;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE:
    case PhoneNumberUtil::INVALID_LENGTH: return CPHONE_LENGTH_WRONG;
    }
    return CPHONE_LENGTH_WRONG;
}

}  // namespace

cphone_status cphone_read(const char *text, size_t size, const char *country, cphone_number *number) {
    PhoneNumber parsed;
    auto error = library().Parse(std::string(text, size), *country ? country : NOWHERE, &parsed);
    if (error != PhoneNumberUtil::NO_PARSING_ERROR) return status_of(error);
    std::string e164, national = national_of(parsed);
    library().Format(parsed, PhoneNumberUtil::E164, &e164);
    if (e164.size() >= CPHONE_E164_SIZE || national.size() > e164.size()) return CPHONE_MORE_THAN_ANY;
    std::memcpy(number->e164, e164.c_str(), e164.size() + 1);
    number->national = e164.size() - national.size();
    number->length = length_of(parsed, national);
    number->extension = parsed.extension().size();
    return CPHONE_READ;
}

cphone_range cphone_range_of(const char *e164) {
    PhoneNumber parsed;
    if (library().Parse(e164, NOWHERE, &parsed) != PhoneNumberUtil::NO_PARSING_ERROR) return CPHONE_UNKNOWN_RANGE;
    switch (library().GetNumberType(parsed)) {
    case PhoneNumberUtil::UNKNOWN: return CPHONE_UNKNOWN_RANGE;
    case PhoneNumberUtil::MOBILE:
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE: return CPHONE_MOBILE_RANGE;
    default: return CPHONE_OTHER_RANGE;
    }
}

bool cphone_knows(const char *country) { return library().GetCountryCodeForRegion(country) != 0; }
