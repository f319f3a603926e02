/*
 * memory.c
 *		Memory of the core, which is malloc'd, on behalf of the server.
 */
#include "clv.h"

#include "utils/memutils.h"

/*
 * "object" is released with the memory context, or at once where that cannot
 * be promised: so it does not outlive the statement, however that ends.
 */
void
clv_own(MemoryContext context, void *object, void (*release) (void *object))
{
	MemoryContextCallback *callback;

	callback = MemoryContextAllocExtended(context, sizeof(*callback),
										  MCXT_ALLOC_NO_OOM);
	if (callback == NULL)
	{
		release(object);
		clv_raise_status(CLV_NO_MEMORY);
	}
	callback->func = release;
	callback->arg = object;
	MemoryContextRegisterResetCallback(context, callback);
}
