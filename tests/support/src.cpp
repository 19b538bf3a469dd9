#include <globus/src.hpp>
