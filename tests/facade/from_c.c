/* SPDX-License-Identifier: Apache-2.0 */
#include "local_globus.h"

#include <globus/facade.h>

#include <errno.h>
#include <string.h>

#define CHECK(condition) \
    if (!(condition)) return __LINE__

static int count(void* user, const globus_sdk_file* file) {
    if (file->size == sizeof *file && strlen(file->name) != 0 && strlen(file->type) != 0) ++*(int*)user;
    return 0;
}
static int stop_at_once(void* user, const globus_sdk_file* file) {
    (void)user;
    return file->size == 0 ? 0 : EXDEV;
}
static int no_token(void* user, char* token, size_t size) {
    (void)user;
    if (size != 0) token[0] = '\0';
    return ENOENT;
}

int use_from_c(local_globus* local) {
    globus_sdk_options options = GLOBUS_SDK_OPTIONS_INIT;
    globus_sdk_error* error = NULL;
    globus_sdk_client* client = NULL;
    char url[200], token[4000], source[100];
    int files = 0;
    strncpy(url, local_globus_url(local), sizeof url);
    strncpy(token, local_globus_token(local), sizeof token);
    strncpy(source, local_globus_source(local), sizeof source);
    CHECK(globus_sdk_abi_version() == GLOBUS_SDK_ABI);
    CHECK(globus_sdk_error_code(NULL) == 0 && strlen(globus_sdk_error_message(NULL)) == 0);

    /* No way to be authorised, then two. */
    options.base_url = options.auth_url = url;
    CHECK(globus_sdk_client_new(&options, &error) == NULL);
    CHECK(globus_sdk_error_code(error) == EINVAL && strstr(globus_sdk_error_message(error), "access_token") != NULL);
    globus_sdk_error_free(error);
    options.access_token = token;
    options.token_source = &no_token;
    CHECK(globus_sdk_client_new(&options, NULL) == NULL);
    CHECK(globus_sdk_client_new(NULL, NULL) == NULL);

    options.token_source = NULL;
    CHECK((client = globus_sdk_client_new(&options, &error)) != NULL && error == NULL);
    CHECK(globus_sdk_ls(client, source, "/home/share/godata/", &count, &files, &error) == 0 && files > 0);
    CHECK(globus_sdk_ls(client, source, "/home/share/godata/", &stop_at_once, NULL, &error) == EXDEV && error == NULL);
    CHECK(globus_sdk_ls(client, source, "/nowhere/", &count, &files, &error) == ENOENT);
    CHECK(globus_sdk_error_http_status(error) == 404 && strlen(globus_sdk_error_word(error)) != 0);
    globus_sdk_error_free(error);
    CHECK(globus_sdk_ls(client, "", "/", &count, &files, NULL) == EINVAL);
    CHECK(globus_sdk_ls(NULL, source, "/", &count, &files, NULL) == EINVAL);
    CHECK(globus_sdk_ls(client, source, "/", NULL, NULL, NULL) == EINVAL);
    globus_sdk_client_free(client);

    /* A structure of a program that was compiled with fewer members. */
    options.size = offsetof(globus_sdk_options, ca_file);
    options.ca_file = "/this is no member of theirs";
    CHECK((client = globus_sdk_client_new(&options, &error)) != NULL);
    globus_sdk_client_free(client);

    options.access_token = NULL;
    options.token_source = &no_token;
    CHECK((client = globus_sdk_client_new(&options, &error)) != NULL);
    CHECK(globus_sdk_stat(client, source, "/", &count, &files, &error) == ENOENT && error == NULL);
    globus_sdk_client_free(client);
    return 0;
}
