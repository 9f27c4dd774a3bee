/** As they stand in the case, whatever language the phone speaks. */
export const CAPTIONS = { before: '处置前照片', after: '处置后照片' } as const
