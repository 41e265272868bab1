/* @by values for every one: from as many lines that lie `apart`, all the same if that is 0. */
static void deal_@{cells}_@by(@ctype *restrict to, const @ctype *restrict from, int32_t apart,
                       int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
@dealt    }
}
