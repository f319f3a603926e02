/*
 * history_queue.c
 *		The trigger that puts what a statement did to the source of a history
 *		table into its queue.
 *
 * In C for the sake of its plan: a statement of one row takes a tenth of the
 * time that parsing and planning the same text anew would take.  Plans are kept
 * for the session, one a trigger and kind of statement, and the plan cache of
 * the server looks after them when a table changes.
 *
 * src/sql/90-history-table.sql says what the arguments of the trigger are.
 */
#include "clv.h"

#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/acl.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/varlena.h"

PG_FUNCTION_INFO_V1(clv_queue_statement);

enum
{
	ARG_TABLE,
	ARG_QUEUE,
	ARG_CUSTOMER,
	ARG_HISTORY,
	ARG_COUNTS,
	ARG_SURELY_FINITE,
	ARG_COLUMNS,
	ARG_SOURCE,
	ARGS
};

/* What is queued. */
typedef enum QueueKind
{
	QUEUE_HISTORIES,			/* of the rows inserted */
	QUEUE_INSERTED,				/* their customers, by who may not do the other */
	QUEUE_UPDATED,
	QUEUE_DELETED,
	QUEUE_ALL
} QueueKind;

typedef struct PlanKey
{
	Oid			trigger;
	QueueKind	kind;
} PlanKey;

typedef struct KeptPlan
{
	PlanKey		key;
	SPIPlanPtr	plan;			/* NULL: not made yet */
} KeptPlan;

static HTAB *kept_plans = NULL;

static KeptPlan *
find_plan(Oid trigger, QueueKind kind)
{
	PlanKey		key;
	KeptPlan   *kept;
	bool		found;

	if (kept_plans == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(PlanKey);
		control.entrysize = sizeof(KeptPlan);
		control.hcxt = TopMemoryContext;
		kept_plans = hash_create("clv queue plans", 16, &control,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	memset(&key, 0, sizeof(key));
	key.trigger = trigger;
	key.kind = kind;
	kept = hash_search(kept_plans, &key, HASH_ENTER, &found);
	if (!found)
		kept->plan = NULL;
	return kept;
}

/* InvalidOid where the queue has been dropped: nobody waits for it. */
static Oid
queue_oid(const char *name)
{
	List	   *names = textToQualifiedNameList(cstring_to_text(name));

	return RangeVarGetRelid(makeRangeVarFromNameList(names), NoLock, true);
}

/* May the current user queue histories, or customers alone? */
static bool
may_queue_histories(Oid queue)
{
	AttrNumber	history = get_attnum(queue, "history");

	return history != InvalidAttrNumber &&
		pg_attribute_aclcheck(queue, history, GetUserId(), ACL_INSERT) == ACLCHECK_OK;
}

static QueueKind
kind_of(const TriggerData *trigger, Oid queue)
{
	if (TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		return QUEUE_ALL;
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		return QUEUE_UPDATED;
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		return QUEUE_DELETED;
	return may_queue_histories(queue) ? QUEUE_HISTORIES : QUEUE_INSERTED;
}

/* The statement, "o" standing for a row of the transition table. */
static char *
statement(QueueKind kind, char **arg)
{
	switch (kind)
	{
		case QUEUE_HISTORIES:
			return psprintf("INSERT INTO %s (customer, history) "
							"SELECT %s, CASE WHEN bool_and(%s) THEN %s FILTER (WHERE %s) END "
							"FROM new_rows AS o WHERE %s IS NOT NULL AND %s GROUP BY %s",
							arg[ARG_QUEUE], arg[ARG_CUSTOMER], arg[ARG_SURELY_FINITE],
							arg[ARG_HISTORY], arg[ARG_SURELY_FINITE],
							arg[ARG_CUSTOMER], arg[ARG_COUNTS], arg[ARG_CUSTOMER]);
		case QUEUE_UPDATED:
			/* only rows that are others than before, by what matters */
			return psprintf("INSERT INTO %s (customer) SELECT DISTINCT %s FROM ("
							"(SELECT %s FROM old_rows AS o EXCEPT ALL SELECT %s FROM new_rows AS o) UNION ALL "
							"(SELECT %s FROM new_rows AS o EXCEPT ALL SELECT %s FROM old_rows AS o)) AS o "
							"WHERE %s IS NOT NULL",
							arg[ARG_QUEUE], arg[ARG_CUSTOMER], arg[ARG_COLUMNS], arg[ARG_COLUMNS],
							arg[ARG_COLUMNS], arg[ARG_COLUMNS], arg[ARG_CUSTOMER]);
		case QUEUE_ALL:
			return psprintf("INSERT INTO %s (customer) VALUES (NULL)", arg[ARG_QUEUE]);
		case QUEUE_INSERTED:
		case QUEUE_DELETED:
			break;
	}
	return psprintf("INSERT INTO %s (customer) SELECT DISTINCT %s FROM %s AS o WHERE %s IS NOT NULL",
					arg[ARG_QUEUE], arg[ARG_CUSTOMER],
					kind == QUEUE_DELETED ? "old_rows" : "new_rows", arg[ARG_CUSTOMER]);
}

/* In the transition tables of this trigger. */
static void
run_statement(TriggerData *trigger, QueueKind kind)
{
	KeptPlan   *kept;
	int			result;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	result = SPI_register_trigger_data(trigger);
	if (result < 0)
		elog(ERROR, "SPI_register_trigger_data failed: %s", SPI_result_code_string(result));
	kept = find_plan(trigger->tg_trigger->tgoid, kind);
	if (kept->plan == NULL)
	{
		SPIPlanPtr	plan = SPI_prepare(statement(kind, trigger->tg_trigger->tgargs), 0, NULL);

		if (plan == NULL)
			elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
		if (SPI_keepplan(plan) != 0)
			elog(ERROR, "SPI_keepplan failed");
		kept->plan = plan;
	}
	result = SPI_execute_plan(kept->plan, NULL, NULL, false, 0);
	if (result != SPI_OK_INSERT)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(result));
	SPI_finish();
}

/* clv._queue_statement() */
Datum
clv_queue_statement(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Oid			queue;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event) ||
		!TRIGGER_FIRED_AFTER(trigger->tg_event) || trigger->tg_trigger->tgnargs != ARGS)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("not called by a trigger of a history table"),
				 errhint("Make the triggers with clv.create_history_table.")));
	queue = queue_oid(trigger->tg_trigger->tgargs[ARG_QUEUE]);
	if (OidIsValid(queue))
		run_statement(trigger, kind_of(trigger, queue));
	return PointerGetDatum(NULL);
}
