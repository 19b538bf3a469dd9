// A secret goes to no stream.
// expect: use of deleted function|overload resolution selected deleted operator
// expect: a secret is not printed
#include <globus/core/secret.hpp>

#include <ostream>

void print(std::ostream& out, globus::Secret const& token) {
#ifdef GLOBUS_REJECT
    out << token;
#else
    out << (token.empty() ? "no token" : "a token");
#endif
}
