/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLOBUS_TESTS_FACADE_LOCAL_GLOBUS_H
#define GLOBUS_TESTS_FACADE_LOCAL_GLOBUS_H

/* A sandbox for programs that are not C++20, with two files in /home/share/godata/ of its source. Texts live until the
 * next call. */

#ifdef __cplusplus
extern "C" {
#endif

typedef struct local_globus local_globus;
local_globus* local_globus_start(void);
void local_globus_stop(local_globus* globus);
const char* local_globus_url(local_globus* globus);
const char* local_globus_token(local_globus* globus);
const char* local_globus_refresh_token(local_globus* globus);
const char* local_globus_client_id(local_globus* globus);
const char* local_globus_client_secret(local_globus* globus);
const char* local_globus_source(local_globus* globus);
const char* local_globus_destination(local_globus* globus);
const char* local_globus_data_url(local_globus* globus);
const char* local_globus_data_token(local_globus* globus);
const char* local_globus_scratch(local_globus* globus); /* the path of a file of this machine, which is not there */
void local_globus_revoke_all(local_globus* globus);
void local_globus_lose_next_answer(local_globus* globus, const char* operation);

/* In from_c.c: uses the facade as a program in C does. Returns 0, or the number of the line that is wrong. */
int use_from_c(local_globus* globus);

#ifdef __cplusplus
}
#endif

#endif
