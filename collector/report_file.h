/* The command `report`: the signed report as a file, for hosts without a way to Kafka. */
#pragma once

#include "schema/base/option.h"

/* `rootshift-collector report` */
extern const struct command report_command;
